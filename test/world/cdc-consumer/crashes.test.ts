/**
 * A consumer that is killed, frozen, or that runs twice leaves no commit out that the table claims,
 * and never confirms what Redis does not have.
 */
import { setTimeout as sleep } from 'node:timers/promises'

import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { ioredisCommands } from '../../../src/cache/redis/ioredis.ts'
import { RedisTable } from '../../../src/cache/tide-table/redis-table.ts'
import { parseLsn } from '../../../src/tide/lsn.ts'
import { consumerProcess } from '../../support/consumer/consumer-process.ts'
import { makeSlot, RegionConsumer } from '../../support/consumer/region-consumer.ts'
import { withSetup } from '../../support/consumer/schema.ts'
import { coverage } from '../../support/consumer/truth.ts'
import { WriteLoad } from '../../support/consumer/write-load.ts'
import { LogicalSlot } from '../../support/logical-slot.ts'

/** More by `npm run bench -- cdc-kills`. */
const KILLS = 6

let world: World
let redis: Redis
let table: RedisTable

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    distanceScale: 0,
    schema: withSetup('create table note (id int primary key, body text)'),
  })
  redis = new Redis(world.region('iad').redis.url())
  table = new RedisTable(ioredisCommands(redis))
})

afterAll(async () => {
  redis?.disconnect()
  await world?.stop()
})

test('killed again and again under load, it loses nothing and confirms nothing too early', async () => {
  const slot = 'killed'
  await makeSlot(world, world.primary, slot)
  await using truth = await LogicalSlot.on(world.primary)
  const { process: program, ready } = await consumerProcess(world, {
    name: 'killed',
    source: world.primary,
    slot,
  })
  await using load = new WriteLoad(world.primary)
  for (let kill = 0; kill < KILLS; kill += 1) {
    program.spawn()
    if (kill % 2 === 0) await ready()
    await sleep(Math.random() * 400)
    await program.kill()
    const [row] = await world.primary.query<{ confirmed: string }>(
      `select confirmed_flush_lsn::text as confirmed from pg_replication_slots
       where slot_name = $1`,
      [slot],
    )
    const { horizon } = await table.read()
    if (horizon) expect(horizon.lsn).toBeGreaterThanOrEqual(parseLsn(row?.confirmed ?? ''))
  }
  program.spawn()
  await ready()
  await load.stop()
  const end = await world.primary.position()
  await until('the horizon', async () => ((await table.read()).horizon?.lsn ?? 0n) >= end)

  const { checked, missing } = await coverage(table, truth)
  expect(missing).toEqual([])
  expect(checked).toBeGreaterThan(0)
  await program.stop()
})

test('frozen and woken, it goes on, and what others raised meanwhile stays', async () => {
  await redis.flushall()
  await makeSlot(world, world.primary, 'frozen')
  await using truth = await LogicalSlot.on(world.primary)
  const { process: program, ready } = await consumerProcess(world, {
    name: 'frozen',
    source: world.primary,
    slot: 'frozen',
  })
  program.spawn()
  await ready()
  await using other = await RegionConsumer.started(world, world.primary)
  await using load = new WriteLoad(world.primary)
  program.freeze()
  // The lock of the heartbeat goes with its idle session, or was the other's from the start.
  await other.horizon(await world.primary.position())
  await sleep(500)
  program.thaw()
  await load.stop()
  await other.horizon(await world.primary.position())
  await until('the woken one to catch up', async () => {
    const [row] = await world.primary.query(
      `select confirmed_flush_lsn >= pg_current_wal_lsn() - 100000 as near
       from pg_replication_slots where slot_name = 'frozen' and active`,
    )
    return row?.['near'] === true
  })
  expect((await coverage(table, truth)).missing).toEqual([])
  await program.stop()
})

test('of two on one slot one reads and the other takes over', async () => {
  await redis.flushall()
  await using truth = await LogicalSlot.on(world.primary)
  await using first = await RegionConsumer.started(world, world.primary)
  await using second = await RegionConsumer.on(world, world.primary, { slot: first.slot })
  second.start()
  await second.seen('stream-ended', ({ problem }) => problem === 'slot-held')
  await using load = new WriteLoad(world.primary)
  await first.stop()
  await second.seen('streaming')
  await load.stop()
  await second.horizon(await world.primary.position())
  expect((await coverage(table, truth)).missing).toEqual([])
  expect(second.all('raised').flatMap(({ floorCauses }) => floorCauses)).toEqual([])
  await second.stop()
})

test('asked to end it finishes what it has read, and confirms it', async () => {
  await makeSlot(world, world.primary, 'drained')
  const { process: program, ready } = await consumerProcess(world, {
    name: 'drained',
    source: world.primary,
    slot: 'drained',
  })
  program.spawn()
  await ready()
  await world.primary.query(`insert into note values (7, 'last')`)
  await until('the commit to be raised', async () =>
    (await table.read({ tags: ['public.note#id=7'] })).tags.has('public.note#id=7'),
  )
  await program.stop('SIGTERM')
  expect(program.running).toBe(false)
  const [row] = await world.primary.query(
    `select active from pg_replication_slots where slot_name = 'drained'`,
  )
  expect(row).toEqual({ active: false })
})
