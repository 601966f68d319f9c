/** Between a promotion and the consumer's word of it the primary alone knows which epoch it is in. */
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

test('a write on a primary that no history tells of yet is neither called lost nor forgotten', async () => {
  await using world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: withSetup('create table note (id int primary key)'),
    distanceScale: 0,
  })
  const old = world.primary
  const heir = nodeIn(world, 'fra', 'standby')
  const redis = new Redis(world.region('fra').redis.url())
  await using driver = pgDriver()
  const isolate = (): Tidegate =>
    createTidegate(
      {
        primary: { name: old.name, region: 'iad', url: old.url() },
        replicas: [{ name: heir.name, region: 'fra', url: heir.url() }],
        region: 'iad',
        timeoutMs: 20_000,
        tides: new RegionTides({ redis: ioredisCommands(redis) }),
      },
      { driver, types },
    )
  try {
    await using before = await RegionConsumer.started(world, heir)
    const isolateBefore = isolate()
    const elder = isolateBefore.session()
    await elder.sql`insert into note values (1)`
    await elder.sql.with({ freshness: 'strong' })`select id from note`
    const elderCookie = await cookieOf(elder.session)
    await world.databases.caughtUp()
    await before.stop()
    await old.kill()
    await world.databases.promote(heir)
    await world.databases.rejoin(old)
    // From here on it lacks what the new primary is given.
    await old.pauseReplay()

    const writer = isolateBefore.session()
    const written = await writer.sql`insert into note values (2)`
    expect(written.tide.node).toBe(heir.name)
    const read = await writer.sql`select id from note order by id`
    expect(read).toEqual([{ id: 1 }, { id: 2 }])
    expect(read.tide.node).toBe(heir.name)
    expect(writer.session.lostWrites).toBe('no')
    const writerCookie = await cookieOf(writer.session)

    // Whether the old write is still there nobody could tell yet.
    const between = isolateBefore.session(elderCookie)
    await between.sql`insert into note values (3)`
    expect(between.session.lostWrites).toBe('maybe')

    await using after = await RegionConsumer.on(world, heir, { slot: before.slot })
    after.start()
    await until('the new history', async () => {
      // Its connection to Redis is only just being made.
      const reading = await after.table.read().catch(() => undefined)
      return reading?.history?.current === 2
    })

    const isolateAfter = isolate()
    const later = isolateAfter.session(writerCookie)
    const found = await later.sql`select id from note where id < 3 order by id`
    expect(found).toEqual([{ id: 1 }, { id: 2 }])
    expect(later.session.lostWrites).toBe('no')
    const survivor = isolateAfter.session(elderCookie)
    expect(await survivor.sql`select id from note where id = 1`).toEqual([{ id: 1 }])
    expect(survivor.session.lostWrites).toBe('no')
  } finally {
    redis.disconnect()
  }
})
