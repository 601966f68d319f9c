/** A primary that was only cut off goes on, and so does what follows it: a branch that is lost already. */
import { Redis } from 'ioredis'
import { types } from 'pg'
import { expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { startWorld } from '../../../infra/local/world.ts'
import { ioredisCommands, RegionTides } from '../../../src/cache/index.ts'
import { createTidegate, type Tidegate } from '../../../src/client/tidegate.ts'
import { pgDriver } from '../../../src/drivers/node/pg.ts'
import { RegionConsumer } from '../../support/consumer/region-consumer.ts'
import { withSetup } from '../../support/consumer/schema.ts'
import { cookieOf } from '../../support/cookie-of.ts'
import { nodeIn } from '../../support/node-in.ts'

test('a replica that still follows the old primary is not read from, however far it has come', async () => {
  await using world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['standby'] } },
    schema: withSetup('create table note (id int primary key)'),
    distanceScale: 0,
  })
  const old = world.primary
  const [heir, astray] = [nodeIn(world, 'fra', 'standby'), nodeIn(world, 'syd', 'standby')]
  const nodes = [old, heir, astray]
  await using consumer = await RegionConsumer.started(world, heir, { nodes })
  const redis = new Redis(world.region('fra').redis.url())
  await using driver = pgDriver()
  try {
    const tg = createTidegate(
      {
        primary: { name: old.name, region: 'iad', url: old.url() },
        replicas: [heir, astray].map((node) => ({
          name: node.name,
          region: node.region,
          url: node.url(),
        })),
        region: 'syd',
        timeoutMs: 20_000,
        tides: new RegionTides({ redis: ioredisCommands(redis) }),
      },
      { driver, types },
    )
    await world.databases.caughtUp()
    // Behind the back of the world: the other standby is told nothing of it.
    await heir.query('select pg_promote()')
    await until('the new history', async () => {
      const { history, primary } = await consumer.table.read()
      return history?.current === 2 && primary?.node === heir.name
    })

    const { sql, session } = tg.session()
    await sql.with({ freshness: 'strong' })`select 1`
    const written = await sql`insert into note values (1)`
    expect(written.tide.node).toBe(heir.name)
    // The old branch grows far past the place of the write.
    await old.query("select pg_logical_emit_message(false, 'much', repeat('x', 100000))")
    await old.query('insert into note values (2)')
    await until('the standby to follow it', async () => {
      return (await astray.query('select from note')).length === 1
    })

    for (let round = 0; round < 5; round++) {
      const read = await sql`select id from note`
      expect(read).toEqual([{ id: 1 }])
      expect(read.tide.node).toBe(heir.name)
    }
    const recent = await tg
      .session()
      .sql.with({ freshness: { within: 60_000 } })`select id from note`
    expect(recent).toEqual([{ id: 1 }])
    expect(session.lostWrites).toBe('no')
  } finally {
    redis.disconnect()
  }
})

test('a session that the heir has answered writes nothing on the old primary', async () => {
  await using world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: withSetup('create table note (id int primary key)'),
    distanceScale: 0,
  })
  const [old, heir] = [world.primary, nodeIn(world, 'fra', 'standby')]
  const nodes = [old, heir]
  await using untold = await RegionConsumer.started(world, old, { nodes: [old] })
  await using told = await RegionConsumer.started(world, heir, { nodes })
  await using driver = pgDriver()
  const clients: Redis[] = []
  const isolateOf = (region: 'iad' | 'fra', heirUrl: string): Tidegate => {
    const redis = new Redis(world.region(region).redis.url())
    clients.push(redis)
    return createTidegate(
      {
        primary: { name: old.name, region: 'iad', url: old.url() },
        replicas: [{ name: heir.name, region: 'fra', url: heirUrl }],
        region,
        timeoutMs: 20_000,
        tides: new RegionTides({ redis: ioredisCommands(redis), budgetMs: 5000 }),
      },
      { driver, types },
    )
  }
  try {
    await world.databases.caughtUp()
    await heir.query('select pg_promote()')
    await until('the new history', async () => {
      const { history, primary } = await told.table.read()
      return history?.current === 2 && primary?.node === heir.name
    })
    const { sql, session } = isolateOf('fra', heir.url()).session()
    await sql`insert into note values (1)`
    const cookie = await cookieOf(session)

    // Here all that is told is of the branch that is lost.
    expect((await untold.table.read()).primary?.node).toBe(old.name)
    const elsewhere = isolateOf('iad', heir.url()).session(cookie)
    const written = await elsewhere.sql`insert into note values (2)`
    expect(written.tide.node).toBe(heir.name)

    const reader = isolateOf('iad', heir.url()).session(cookie)
    const read = await reader.sql.with({ freshness: 'strong' })`select id from note order by id`
    expect(read).toEqual([{ id: 1 }, { id: 2 }])
    expect(read.tide.node).toBe(heir.name)

    const nowhere = new URL(heir.url())
    nowhere.port = String(await world.freePort())
    const cutOff = isolateOf('iad', nowhere.href).session(cookie)
    await expect(cutOff.sql`insert into note values (3)`).rejects.toMatchObject({
      committed: 'no',
      retryable: true,
    })
    expect(await old.query('select id from note')).toEqual([])
    expect(await heir.query('select id from note order by id')).toEqual([{ id: 1 }, { id: 2 }])
  } finally {
    for (const redis of clients) redis.disconnect()
  }
})
