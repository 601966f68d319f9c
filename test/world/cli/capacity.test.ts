import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Forecast } from '../../../cli/capacity/forecast.ts'
import type { Measured } from '../../../cli/capacity/measure.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { ConfiguredWorld } from '../../support/cli/configured-world.ts'
import { printed } from '../../support/cli/run-cli.ts'

let world: World
let configured: ConfiguredWorld

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: 'create table public.post (id int primary key, body text)',
    distanceScale: 0,
  })
  configured = await ConfiguredWorld.in(world)
})

afterAll(async () => {
  await world.stop()
})

/** Writes WAL for as long as the work takes. */
async function whileWriting<T>(work: Promise<T>): Promise<T> {
  const done = new AbortController()
  const working = work.finally(() => done.abort())
  while (!done.signal.aborted) {
    await world.primary.query(`select pg_logical_emit_message(false, 'x', repeat('x', 200000))`)
  }
  return await working
}

test('it tells how fast home writes, who follows, and when a slot would be lost', async () => {
  await world.primary.set({ max_slot_wal_keep_size: '1GB' })
  const run = await whileWriting(configured.run(['capacity', '--for', '1s', '--json']))
  const { measured, forecast } = printed<{ measured: Measured; forecast: Forecast }>(run)
  expect(measured.writeBytesPerSecond).toBeGreaterThan(0)
  expect(measured.replicas.map(({ name }) => name)).toEqual(['fra-1'])
  const slot = forecast.slots.find(({ name }) => name === 'tidegate_fra_1')
  expect(slot?.lostInSeconds).toBeGreaterThan(0)
  expect(slot?.lostInSeconds).toBeLessThan((2 * 1024 ** 3) / measured.writeBytesPerSecond)
})

test('a replica that applies nothing is found to fall behind', async () => {
  const [fra] = world.region('fra').nodes
  await fra?.pauseReplay()
  await world.primary.query(`select pg_logical_emit_message(false, 'x', repeat('x', 1000000))`)
  await world.primary.query('select pg_switch_wal()')
  const run = await whileWriting(configured.run(['capacity', '--for', '1s', '--disk', '10GB']))
  expect(run.code).toBe(1)
  expect(run.out).toMatch(/fra-1 +0 B\/s +.+ falls behind by .+ a second/)
  await fra?.resumeReplay()
})
