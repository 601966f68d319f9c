/** A session whose write was lost with the old primary is told, by the history that the consumer has published. */
import { Redis } from 'ioredis'
import { types } from 'pg'
import { expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { startWorld } from '../../../infra/local/world.ts'
import { ioredisCommands, RegionTides } from '../../../src/cache/index.ts'
import { createTidegate, type Tidegate } from '../../../src/client/tidegate.ts'
import { DriverError } from '../../../src/drivers/driver-error.ts'
import type { Driver } from '../../../src/drivers/driver.ts'
import { pgDriver } from '../../../src/drivers/node/pg.ts'
import { RegionConsumer } from '../../support/consumer/region-consumer.ts'
import { withSetup } from '../../support/consumer/schema.ts'
import { cookieOf } from '../../support/cookie-of.ts'
import { nodeIn } from '../../support/node-in.ts'

/** A primary that takes what it is sent and does not answer. */
function silentAt(name: string, driver: Driver): Driver['write'] {
  return async (target, work) => {
    if (target.name !== name) return await driver.write(target, work)
    const { signal } = work
    return await new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(new DriverError('aborted', 'It was given up on.', { committed: 'unknown' }))
      })
    })
  }
}

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
  const isolate = (its: Driver = driver): Tidegate =>
    createTidegate(
      {
        primary: { name: primary.name, region: 'iad', url: primary.url() },
        replicas: [{ name: heir.name, region: 'fra', url: heir.url() }],
        region: 'fra',
        timeoutMs: 20_000,
        tides: new RegionTides({ redis: ioredisCommands(redis) }),
      },
      { driver: its, types },
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

    // One that believes in the old primary asks the table of it when that gives no answer.
    const moved = await before.session().sql`insert into note values (4)`
    expect(moved.tide.node).toBe(heir.name)
    // So does one to which it says nothing at all until the time is up.
    const hung = isolate({ ...driver, write: silentAt(primary.name, driver) }).session()
    await expect(
      hung.sql.with({ timeoutMs: 200 })`insert into note values (6)`,
    ).rejects.toMatchObject({
      code: 'TIMEOUT',
      committed: 'unknown',
    })
    expect((await hung.sql`insert into note values (5)`).tide.node).toBe(heir.name)

    const after = isolate()
    const told = after.session(lost)
    await told.sql`select 1`
    expect(told.session.lostWrites).toBe('yes')
    // It goes on from there, and is told once.
    const next = after.session(await cookieOf(told.session))
    expect(await next.sql`select id from note order by id`).toEqual([
      { id: 1 },
      { id: 4 },
      { id: 5 },
    ])
    expect(next.session.lostWrites).toBe('no')

    const other = after.session(kept)
    expect(await other.sql`select id from note order by id`).toEqual([
      { id: 1 },
      { id: 4 },
      { id: 5 },
    ])
    expect(other.session.lostWrites).toBe('no')
    const written = await other.sql`insert into note values (6)`
    expect(written.tide.node).toBe(heir.name)
  } finally {
    redis.disconnect()
    await consumer.stop()
  }
})
