/** What a promotion does: the epoch rises, the floor with it, and reading goes on where it can. */
import { afterEach, beforeEach, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { RegionConsumer } from '../../support/consumer/region-consumer.ts'
import { withSetup } from '../../support/consumer/schema.ts'
import { nodeIn } from '../../support/node-in.ts'

let world: World
let primary: PostgresNode
let standby: PostgresNode

beforeEach(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { iad: { nodes: ['standby'] }, fra: { nodes: ['standby'] } },
    distanceScale: 0,
    schema: withSetup('create table note (id int primary key, body text)'),
  })
  primary = world.primary
  standby = nodeIn(world, 'fra', 'standby')
})

afterEach(async () => await world?.stop())

async function write(id: number): Promise<void> {
  await world.primary.query('insert into note values ($1)', [id])
}

test('a standby’s stream goes on in the new history when the primary that it follows is another', async () => {
  const heir = nodeIn(world, 'iad', 'standby')
  await using consumer = await RegionConsumer.started(world, standby, {
    nodes: [primary, heir, standby],
  })
  await write(5)
  await consumer.horizon(await primary.position())
  await primary.kill()
  await world.databases.promote(heir)
  await heir.query('insert into note values (6)')
  const position = await heir.position()

  await until('the new history', async () => {
    const { horizon, history } = await consumer.table.read()
    return history?.current === 2 && horizon?.epoch === 2 && horizon.lsn >= position
  })
  const { floor, primary: known, tags } = await consumer.table.read({ tags: ['public.note#id=6'] })
  expect(floor?.epoch).toBe(2)
  expect(known).toEqual({ epoch: 2, node: heir.name })
  expect(tags.get('public.note#id=6')?.epoch).toBe(2)
  await until('the standby’s position', async () => {
    const applied = (await consumer.table.read({ nodes: ['fra-1'] })).applied.get('fra-1')
    return applied?.epoch === 2 && applied.timeline === 2
  })
  await consumer.stop()
})

test('a standby that is promoted itself is read on as home', async () => {
  await using consumer = await RegionConsumer.started(world, standby)
  await write(7)
  await consumer.horizon(await primary.position())
  await world.databases.caughtUp()
  await primary.kill()
  await world.databases.promote(standby)
  await standby.query('insert into note values (8)')
  const position = await standby.position()
  await until('the new history', async () => {
    const { horizon } = await consumer.table.read()
    return horizon?.epoch === 2 && horizon.lsn >= position
  })
  expect((await consumer.tags(['public.note#id=8'])).get('public.note#id=8')?.epoch).toBe(2)
  expect(consumer.all('source-chosen').at(-1)).toMatchObject({ source: 'home' })
  await consumer.stop()
})

test('after a promotion the history goes on where the slot’s copy is, above a floor', async () => {
  const heir = nodeIn(world, 'iad', 'standby')
  const old = world.primary
  await using consumer = await RegionConsumer.started(world, old, {
    source: 'home',
    nodes: [old, heir],
  })
  await world.primary.query(`insert into note values (1, 'before')`)
  await consumer.horizon(await old.position())
  await until('the slot to be copied to the standby', async () => {
    await old.query(`select pg_log_standby_snapshot()`)
    const rows = await heir.query(
      `select from pg_replication_slots where slot_name = $1 and synced and not temporary`,
      [consumer.slot],
    )
    return rows.length > 0
  })
  await world.databases.caughtUp()
  await old.kill()
  await world.databases.promote(heir)
  await heir.query(`insert into note values (2, 'after')`)
  const after = await heir.position()
  await until('the new history', async () => {
    const { horizon, history } = await consumer.table.read()
    return history?.current === 2 && horizon?.epoch === 2 && horizon.lsn >= after
  })

  const {
    floor,
    primary: known,
    history,
    tags,
  } = await consumer.table.read({
    tags: ['public.note#id=2'],
  })
  expect(history?.ended).toEqual([{ epoch: 1, endedAt: expect.any(BigInt) }])
  expect(known).toEqual({ epoch: 2, node: heir.name })
  expect(floor?.epoch).toBe(2)
  expect(tags.get('public.note#id=2')).toMatchObject({ epoch: 2, lsn: expect.any(BigInt) })
  await consumer.stop()
})

test('a primary that comes back after it was replaced is not believed', async () => {
  const heir = nodeIn(world, 'iad', 'standby')
  const old = world.primary
  await old.kill()
  await world.databases.promote(heir)
  await old.start()
  await using consumer = await RegionConsumer.on(world, heir, {
    source: 'home',
    nodes: [heir, old],
  })
  consumer.start()
  await consumer.seen('streaming')
  await old.query(`insert into note values (9, 'on the old one')`)
  await heir.query(`insert into note values (3, 'on the new one')`)
  await until('the new one’s commit', async () => {
    return (await consumer.tags(['public.note#id=3'])).size === 1
  })
  expect(await consumer.tags(['public.note#id=9'])).toEqual(new Map())
  expect((await consumer.table.read()).primary).toEqual({ epoch: 2, node: heir.name })
  await consumer.stop()
})
