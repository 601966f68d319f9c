/** The nodes of a region: what is published of them, who beats, which is read, what it costs. */
import { afterAll, beforeAll, expect, test } from 'vitest'

import { Heartbeat } from '../../../cdc-consumer/heartbeat/heartbeat.ts'
import { ClusterNode } from '../../../cdc-consumer/nodes/cluster-node.ts'
import { Cluster } from '../../../cdc-consumer/nodes/cluster.ts'
import { ReplicationError } from '../../../cdc-consumer/replication/replication-error.ts'
import { createSlot, dropSlot } from '../../../cdc-consumer/slots/slots.ts'
import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { consumerProcess } from '../../support/consumer/consumer-process.ts'
import { makeSlot, nodeOptions, RegionConsumer } from '../../support/consumer/region-consumer.ts'
import { withSetup } from '../../support/consumer/schema.ts'
import { nodeIn } from '../../support/node-in.ts'

let world: World
let primary: PostgresNode
let standby: PostgresNode

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    distanceScale: 0,
    schema: withSetup('create table note (id int primary key, body text)'),
  })
  primary = world.primary
  standby = nodeIn(world, 'fra', 'standby')
})

afterAll(async () => await world?.stop())

async function write(id: number): Promise<void> {
  await world.primary.query('insert into note values ($1)', [id])
}

test('each node’s position is published while it moves, and no further than it has come', async () => {
  await using consumer = await RegionConsumer.started(world, standby)
  const read = async () => (await consumer.table.read({ nodes: ['iad-1', 'fra-1'] })).applied
  await write(1)
  const position = await primary.position()
  const applied = await until('the standby’s position', async () => {
    const found = (await read()).get('fra-1')
    return found && found.lsn >= position && found.at !== undefined && found
  })
  expect(applied).toMatchObject({ role: 'standby', epoch: 1, timeline: 1 })
  expect((await read()).get('iad-1')).toMatchObject({ role: 'primary', epoch: 1, timeline: 1 })

  await standby.pauseReplay()
  const paused = await standby.position()
  await write(2)
  await consumer.seen('node-polled', ({ node, lsn }) => node === 'fra-1' && lsn === paused)
  expect((await read()).get('fra-1')?.lsn).toBeLessThanOrEqual(paused)
  await standby.resumeReplay()
  await consumer.stop()
})

test('a node that cannot be reached is unknown, and stays where it was', async () => {
  await using consumer = await RegionConsumer.started(world, primary, { nodes: [primary, standby] })
  const before = await until('its position', async () => {
    return (await consumer.table.read({ nodes: ['fra-1'] })).applied.get('fra-1')
  })
  await standby.kill()
  await consumer.seen('node-unknown', ({ node }) => node === 'fra-1')
  await write(3)
  await consumer.horizon(await primary.position())
  const after = (await consumer.table.read({ nodes: ['fra-1'] })).applied.get('fra-1')
  expect(after?.lsn).toBeGreaterThanOrEqual(before.lsn)
  expect(after?.lsn).toBeLessThan(await primary.position())
  await standby.start()
  await consumer.stop()
})

test('one beats for all, and another takes over when it is gone', async () => {
  const leading: string[] = []
  function heartbeat(name: string): { heartbeat: Heartbeat; cluster: Cluster } {
    const cluster = new Cluster([nodeOptions(primary)], () => {})
    const onEvent = ({ name: event }: { readonly name: string }): void => {
      if (event === 'leading') leading.push(name)
    }
    return { heartbeat: new Heartbeat({ cluster, intervalMs: 50, onEvent }), cluster }
  }
  const [first, second] = [heartbeat('first'), heartbeat('second')]
  const running = [first.heartbeat.run()]
  await until('the first to lead', () => leading.includes('first'))
  running.push(second.heartbeat.run())
  await until('the second to follow', async () => {
    const rows = await primary.query(
      `select from pg_stat_activity where application_name = 'tidegate heartbeat'`,
    )
    return rows.length === 2
  })
  expect(leading).toEqual(['first'])
  first.heartbeat.stop()
  await until('the second to lead', () => leading.includes('second'))
  second.heartbeat.stop()
  await Promise.all(running)
  for (const { cluster } of [first, second]) await cluster[Symbol.asyncDispose]()
})

test('a heartbeat that may rest does so until somebody writes', async () => {
  await using consumer = await RegionConsumer.started(world, primary, {
    heartbeatMs: 50,
    restAfterMs: 300,
  })
  await consumer.seen('beat')
  let beats = 0
  let since = performance.now()
  await until('it to rest for many intervals', () => {
    if (consumer.all('beat').length === beats) return performance.now() - since > 500
    beats = consumer.all('beat').length
    since = performance.now()
    return false
  })
  const before = consumer.all('beat').length
  await write(4)
  await until('it to beat', () => consumer.all('beat').length > before)
  await consumer.stop()
})

test('auto reads the region’s node where it has the slot, and home where not, and says why', async () => {
  await using there = await RegionConsumer.started(world, standby, { source: 'auto' })
  expect(there.all('source-chosen')).toMatchObject([
    { source: 'standby', reason: 'fra-1 has the slot' },
  ])
  await there.stop()
  await using atHome = await RegionConsumer.on(world, primary, {
    source: 'auto',
    nodes: [primary, standby],
  })
  atHome.start()
  await atHome.seen('streaming')
  expect(atHome.all('source-chosen')).toMatchObject([
    { source: 'home', reason: 'fra-1 does not have the slot' },
  ])
  await atHome.stop()
})

test('a slot on a standby is made although the primary is away for a while, or else is refused', async () => {
  await using there = new ClusterNode(nodeOptions(standby))
  await using home = new ClusterNode(nodeOptions(primary, 'fra'))
  const link = world.link('fra', 'iad')
  link.cut()
  try {
    const refused = createSlot({ node: there, slot: 'never', primary: home, timeoutMs: 300 })
    await expect(refused).rejects.toThrow(ReplicationError)
    const made = createSlot({ node: there, slot: 'at_last', primary: home })
    await until('it to be on its way', async () => {
      const slots = await standby.query(
        `select from pg_replication_slots where slot_name = 'at_last'`,
      )
      return slots.length > 0
    })
    link.heal()
    expect(await made).toBeGreaterThan(0n)
    await dropSlot(there, 'at_last')
  } finally {
    link.heal()
  }
})

test('a slot that keeps too much is an alarm, and past its limit it is given up', async () => {
  await using consumer = await RegionConsumer.on(world, primary, {
    slotAlarmBytes: 1,
    slotGiveUpBytes: 2_000_000,
  })
  // What is written before it starts is kept for it.
  await primary.query(
    `insert into note select g, repeat('x', 1000) from generate_series(100, 9000) g`,
  )
  consumer.start()
  await consumer.seen('slot-alarm')
  await consumer.seen('slot-given-up')
  const slots = await primary.query('select from pg_replication_slots where slot_name = $1', [
    consumer.slot,
  ])
  expect(slots).toEqual([])
  await consumer.stop()
})

test('health and metrics tell of it', async () => {
  await makeSlot(world, primary, 'told')
  const {
    process: program,
    port,
    ready,
    metrics,
  } = await consumerProcess(world, {
    name: 'told',
    source: primary,
    slot: 'told',
  })
  program.spawn()
  await ready()
  await write(9)
  await until('the commit', async () => /tidegate_changes_total [1-9]/.test(await metrics()))
  const text = await metrics()
  for (const name of [
    'tidegate_horizon_age_seconds',
    'tidegate_slot_retained_bytes',
    'tidegate_floor_raises_total{cause="slot-gap"} 1',
    'tidegate_epoch 1',
    'tidegate_leading',
  ]) {
    expect(text).toContain(name)
  }
  const health = await fetch(`http://127.0.0.1:${port}/health`)
  expect(await health.json()).toEqual({ live: true, ready: true, reasons: [] })
  expect(program.logTail(50)).not.toContain(primary.url())
  await program.stop('SIGTERM')
})
