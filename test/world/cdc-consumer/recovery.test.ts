/**
 * Whatever is lost (the table's writes, the slot, the primary) costs entries of the cache and never
 * an answer: the floor rises above all that may be missing before a horizon claims anything again.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'

import type { FloorCause } from '../../../cdc-consumer/sink/batch.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { formatLsn, type Lsn, LSN_ZERO, parseLsn } from '../../../src/tide/lsn.ts'
import { makeSlot, RegionConsumer, removeSlot } from '../../support/consumer/region-consumer.ts'
import { withSetup } from '../../support/consumer/schema.ts'
import { coverage } from '../../support/consumer/truth.ts'
import { WriteLoad } from '../../support/consumer/write-load.ts'
import { LogicalSlot } from '../../support/logical-slot.ts'

let world: World

beforeEach(async () => {
  world = await startWorld({
    home: 'iad',
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

test('a table that has grown too large is compacted above the floor', async () => {
  await using consumer = await RegionConsumer.started(world, world.primary, { maxTags: 200 })
  await using truth = await LogicalSlot.on(world.primary)
  for (let id = 0; id < 600; id += 1) {
    await world.primary.query('insert into note values ($1)', [id])
  }
  await consumer.horizon(await world.primary.position())
  await consumer.seen('compacted', ({ removed }) => removed > 0)
  const { checked, missing } = await coverage(consumer.table, truth)
  expect(missing).toEqual([])
  expect(checked).toBeLessThan(600)
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

test('a slot that is replaced while a stream begins is noticed before anything is raised', async () => {
  await using first = await RegionConsumer.started(world, world.primary)
  await first.horizon(await world.primary.position())
  const { table, slot } = first
  await first.consumer.stop()

  let missed: Lsn | undefined
  const floors: boolean[] = []
  await using next = await RegionConsumer.on(world, world.primary, {
    slot,
    table: {
      raise: async (raise) => {
        if (raise.floor) floors.push(missed !== undefined && raise.floor.lsn >= missed)
        const isPast = missed !== undefined && (raise.horizon?.lsn ?? 0n) >= missed
        if (isPast) expect(floors).toContain(true)
        return await table.raise(raise)
      },
      read: async (wanted) => await table.read(wanted),
      compact: async (floor, most) => await table.compact(floor, most),
      // The last that is asked for before the stream begins.
      readCatalog: async () => {
        if (missed === undefined) {
          await removeSlot(world.primary, slot)
          await world.primary.query(`insert into note values (1, 'between the two')`)
          missed = await world.primary.position()
          await makeSlot(world, world.primary, slot)
        }
        return await table.readCatalog()
      },
    },
  })
  next.start()
  await next.seen('stream-ended', ({ problem }) => problem === 'slot-changed')
  await next.horizon(await world.primary.position())
  expect(causes(next)).toContain('slot-gap')
  expect(next.all('raise-failed')).toEqual([])
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
