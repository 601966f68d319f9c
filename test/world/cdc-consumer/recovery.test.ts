/**
 * Whatever is lost (the table's writes, the slot, the primary) costs entries of the cache and never
 * an answer: the floor rises above all that may be missing before a horizon claims anything again.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'

import type { FloorCause } from '../../../cdc-consumer/sink/batch.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { formatLsn, LSN_ZERO, parseLsn } from '../../../src/tide/lsn.ts'
import { makeSlot, RegionConsumer, removeSlot } from '../../support/consumer/region-consumer.ts'
import { withSetup } from '../../support/consumer/schema.ts'
import { coverage } from '../../support/consumer/truth.ts'
import { WriteLoad } from '../../support/consumer/write-load.ts'
import { LogicalSlot } from '../../support/logical-slot.ts'

let world: World

beforeEach(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { iad: { nodes: ['standby'] } },
    distanceScale: 0,
    schema: withSetup('create table note (id int primary key, body text)'),
  })
})

afterEach(async () => await world?.stop())

function causes(consumer: RegionConsumer, since = 0): FloorCause[] {
  return consumer
    .all('raised')
    .slice(since)
    .flatMap(({ floorCauses }) => floorCauses)
}

/** Under load, the table's Redis suffers; afterwards nothing that it claims is missing. */
async function suffers(what: () => Promise<void>): Promise<FloorCause[]> {
  await using consumer = await RegionConsumer.started(world, world.primary)
  await using truth = await LogicalSlot.on(world.primary)
  await using load = new WriteLoad(world.primary)
  await consumer.horizon(await world.primary.position())
  const since = consumer.all('raised').length
  await what()
  await consumer.horizon(await world.primary.position())
  await load.stop()
  await consumer.horizon(await world.primary.position())
  const { checked, missing } = await coverage(consumer.table, truth)
  expect(missing).toEqual([])
  expect(checked).toBeGreaterThan(0)
  return causes(consumer, since)
}

test('a table that is emptied under load is raised anew above a floor', async () => {
  const { redis } = world.region('iad')
  expect(await suffers(async () => await redis.flush())).toContain('table-lost')
})

test('a Redis that comes back empty is noticed by the first raise', async () => {
  const { redis } = world.region('iad')
  expect(await suffers(async () => await redis.restart())).toContain('table-lost')
})

test('a Redis that stands still makes the stream wait, and loses nothing', async () => {
  const { redis } = world.region('iad')
  const seen = await suffers(async () => {
    redis.freeze()
    const before = await world.primary.position()
    await until('much to be written', async () => {
      return (await world.primary.position()) > before + 2_000_000n
    })
    redis.thaw()
  })
  expect(seen).toEqual([])
})

test('what Redis has not applied is not confirmed, however long that takes', async () => {
  const { redis } = world.region('iad')
  await using consumer = await RegionConsumer.started(world, world.primary, { silenceMs: 2_000 })
  await consumer.horizon(await world.primary.position())
  redis.freeze()
  await world.primary.query(`insert into note values (1, 'on its way')`)
  const commit = await world.primary.position()
  const replies = new Set<string>()
  let confirmed = LSN_ZERO
  await until('some replies since it was sent', async () => {
    const [row] = await world.primary.query<{ at: string; confirmed: string; sent: boolean }>(
      `select r.reply_time::text as at, r.sent_lsn >= $1 as sent,
         s.confirmed_flush_lsn::text as confirmed
       from pg_replication_slots s join pg_stat_replication r on r.pid = s.active_pid
       where s.slot_name = $2`,
      [formatLsn(commit), consumer.slot],
    )
    if (row?.sent) replies.add(row.at)
    confirmed = parseLsn(row?.confirmed ?? '')
    return replies.size > 3
  })
  expect(confirmed).toBeLessThan(commit)
  redis.thaw()
  await consumer.horizon(commit)
  await consumer.seen('raised', (event) => event.confirmed >= commit)
})

test('a slot that is missing is told of, and one made anew begins above a floor', async () => {
  await using consumer = await RegionConsumer.started(world, world.primary)
  await consumer.stop()
  await removeSlot(world.primary, consumer.slot)

  await using next = await RegionConsumer.on(world, world.primary, { slot: consumer.slot })
  next.start()
  await next.seen('stream-ended', ({ problem }) => problem === 'slot-missing')
  await world.primary.query(`insert into note values (1, 'while there was no slot')`)
  const missed = await world.primary.position()
  await makeSlot(world, world.primary, consumer.slot)
  await next.horizon(await world.primary.position())

  expect(causes(next)).toContain('slot-gap')
  expect((await next.table.read()).floor?.lsn).toBeGreaterThanOrEqual(missed)
  await next.stop()
})

test('a slot that was invalidated is told of, and one made anew begins above a floor', async () => {
  await using consumer = await RegionConsumer.started(world, world.primary)
  await consumer.stop()
  await world.primary.query(`insert into note values (1, 'lost to the slot')`)
  const missed = await world.primary.position()
  await world.databases.overrunSlot(consumer.slot)

  await using next = await RegionConsumer.on(world, world.primary, { slot: consumer.slot })
  next.start()
  await next.seen('stream-ended', ({ problem }) => problem === 'slot-lost')
  expect((await next.table.read()).horizon?.lsn).toBeLessThan(missed)
  await removeSlot(world.primary, consumer.slot)
  await makeSlot(world, world.primary, consumer.slot)
  await next.horizon(await world.primary.position())

  expect(causes(next)).toContain('slot-gap')
  expect((await next.table.read()).floor?.lsn).toBeGreaterThanOrEqual(missed)
  await next.stop()
})

test('after a promotion the history goes on where the slot’s copy is, above a floor', async () => {
  const heir = world.databases.nodes.find(({ role }) => role === 'standby')
  const old = world.primary
  if (!heir) throw new Error('the world has no standby')
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

  const { floor, primary, history, tags } = await consumer.table.read({
    tags: ['public.note#id=2'],
  })
  expect(history?.ended).toEqual([{ epoch: 1, endedAt: expect.any(BigInt) }])
  expect(primary).toEqual({ epoch: 2, node: heir.name })
  expect(floor?.epoch).toBe(2)
  expect(tags.get('public.note#id=2')).toMatchObject({ epoch: 2, lsn: expect.any(BigInt) })
  await consumer.stop()
})

test('a primary that comes back after it was replaced is not believed', async () => {
  const heir = world.databases.nodes.find(({ role }) => role === 'standby')
  const old = world.primary
  if (!heir) throw new Error('the world has no standby')
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
