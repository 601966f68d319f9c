/** A subscriber's own WAL: what comes from home has a place there, and what does not is an alarm. */
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { RegionConsumer } from '../../support/consumer/region-consumer.ts'
import { withSetup } from '../../support/consumer/schema.ts'
import { nodeIn } from '../../support/node-in.ts'

let world: World
let subscriber: PostgresNode
let consumer: RegionConsumer

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { syd: { nodes: ['subscriber'] } },
    distanceScale: 0,
    schema: withSetup('create table note (id int primary key, body text)'),
  })
  subscriber = nodeIn(world, 'syd', 'subscriber')
  consumer = await RegionConsumer.started(world, subscriber)
})

afterAll(async () => {
  await consumer?.[Symbol.asyncDispose]()
  await world?.stop()
})

async function floorRaisedBy(what: () => Promise<unknown>): Promise<readonly string[]> {
  const since = consumer.all('raised').length
  await what()
  const raised = await until('the floor', () =>
    consumer
      .all('raised')
      .slice(since)
      .find(({ floor }) => floor !== undefined),
  )
  return raised.floorCauses
}

test('a process that begins raises the floor: nothing tells what the table had', () => {
  const [first] = consumer.all('raised')
  expect(first?.floorCauses).toContain('restart')
})

test('a heartbeat carries the horizon on while nobody writes', async () => {
  await consumer.horizon(await world.primary.position())
  const { horizon } = await consumer.table.read()
  await until('the next', async () => {
    const next = (await consumer.table.read()).horizon
    return next && horizon && next.lsn > horizon.lsn && next.at > horizon.at
  })
})

test('a write that did not come from home is an alarm and raises the floor', async () => {
  const causes = await floorRaisedBy(async () => {
    await subscriber.query(`insert into note values (-1, 'foreign')`)
  })
  expect(causes).toContain('foreign-write')
  expect(consumer.all('foreign-write')).toHaveLength(1)
})

test('the first copy of a table raises the floor, and is not cached while it lasts', async () => {
  await subscriber.query('create table copied (id int primary key)')
  await world.primary.query(
    'create table copied (id int primary key); insert into copied values (1)',
  )
  const causes = await floorRaisedBy(async () => {
    await subscriber.query(`alter subscription ${subscriber.subscription} refresh publication`)
    await until('the copy', async () => {
      const pending = await subscriber.query(
        `select from pg_subscription_rel where srsubstate <> 'r'`,
      )
      return pending.length === 0
    })
    await consumer.seen('raised', ({ floorCauses }) => floorCauses.includes('first-copy'))
  })
  expect(causes.length).toBeGreaterThan(0)
})

test('what a subscriber has applied is published from the heartbeat’s row', async () => {
  const position = await world.primary.position()
  const applied = await until('its position', async () => {
    const reading = await consumer.table.read({ nodes: [subscriber.name] })
    const found = reading.applied.get(subscriber.name)
    return found && found.lsn >= position ? found : undefined
  })
  expect(applied).toMatchObject({ role: 'subscriber', epoch: 1, timeline: 1, xmin: undefined })
  expect(applied.at).toBeGreaterThan(0)
})

test('a subscriber that lacks the heartbeat’s row is given it', async () => {
  await subscriber.query('delete from tidegate.tide')
  await until('the row', async () => {
    return (await subscriber.query('select from tidegate.tide')).length === 1
  })
})
