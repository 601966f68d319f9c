/** A session whose write was lost with the old primary is told, by the history that the consumer has published. */
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

test('after a promotion a session is told of the write that is gone, and others are not', async () => {
  await using world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: withSetup('create table note (id int primary key)'),
    distanceScale: 0,
  })
  const { primary } = world
  const heir = nodeIn(world, 'fra', 'standby')
  await using consumer = await RegionConsumer.started(world, heir)
  const redis = new Redis(world.region('fra').redis.url())
  await using driver = pgDriver()
  // Each is an isolate of its own: it knows what it reads in the table.
  const isolate = (): Tidegate =>
    createTidegate(
      {
        primary: { name: primary.name, region: 'iad', url: primary.url() },
        replicas: [{ name: heir.name, region: 'fra', url: heir.url() }],
        region: 'fra',
        timeoutMs: 20_000,
        tides: new RegionTides({ redis: ioredisCommands(redis) }),
      },
      { driver, types },
    )
  try {
    const before = isolate()
    const survivor = before.session()
    await survivor.sql`insert into note values (1)`
    await world.databases.caughtUp()
    // The standby never gets what is written from here on.
    world.link('fra', 'iad').cut()
    const loser = before.session()
    await loser.sql`insert into note values (2)`
    const [lost, kept] = [await cookieOf(loser.session), await cookieOf(survivor.session)]

    await primary.kill()
    await world.databases.promote(heir)
    await until('the new history', async () => {
      const { history } = await consumer.table.read()
      return history?.current === 2
    })

    const after = isolate()
    const told = after.session(lost)
    await told.sql`select 1`
    expect(told.session.lostWrites).toBe('yes')
    // It goes on from there, and is told once.
    const next = after.session(await cookieOf(told.session))
    expect(await next.sql`select id from note`).toEqual([{ id: 1 }])
    expect(next.session.lostWrites).toBe('no')

    const other = after.session(kept)
    expect(await other.sql`select id from note`).toEqual([{ id: 1 }])
    expect(other.session.lostWrites).toBe('no')
    const written = await other.sql`insert into note values (3)`
    expect(written.tide.node).toBe(heir.name)
  } finally {
    redis.disconnect()
    await consumer.stop()
  }
})
