/** Small worlds: the promises of the product in them, and that luck comes from the seed alone. */
import { expect, test, vi } from 'vitest'

import type { Rules } from '../../../simulation/client/isolate.ts'
import type { Figures } from '../../../simulation/measure/figures.ts'
import { DEFAULTS, type SimulationOptions } from '../../../simulation/options.ts'
import { simulate } from '../../../simulation/simulate.ts'

// On a machine that has much else to do.
vi.setConfig({ testTimeout: 120_000 })

const small: Partial<SimulationOptions> = {
  regions: 3,
  nodes: 5,
  sessions: 400,
  seconds: 20,
  rows: 200,
  writes: 0.2,
}

async function run(options: Partial<SimulationOptions> = {}, rules?: Rules): Promise<Figures> {
  const { signal } = new AbortController()
  const chosen = { ...DEFAULTS, ...small, ...options }
  return await simulate(chosen, { signal, onProgress: () => {}, ...(rules && { rules }) })
}

function broken({ violations }: Figures): number {
  return Object.values(violations).reduce((sum, count) => sum + count, 0)
}

test('the same seed gives the same figures, to the last digit', async () => {
  expect(JSON.stringify(await run())).toBe(JSON.stringify(await run()))
})

test('another seed gives others', async () => {
  const [one, other] = [await run({ seed: 1 }), await run({ seed: 2 })]
  expect(one.operations).not.toBe(other.operations)
  expect(one.latency_ms).not.toEqual(other.latency_ms)
})

test.each([3, 4, 5])('no promise is broken while things go wrong, seed %i', async (seed) => {
  const figures = await run({ seed })
  expect(figures.faults.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['region alone', 'replica stalled', 'primary replaced']),
  )
  expect(figures.operations).toBeGreaterThan(1000)
  expect(figures.first_violations).toEqual({})
  expect(broken(figures)).toBe(0)
})

test('nor without caches, nor where home is the only region', async () => {
  const runs = [await run({ cache: false }), await run({ regions: 1, nodes: 2 })]
  expect(runs.map(broken)).toEqual([0, 0])
  expect(runs[0]?.reads_by_source['redis']).toBe(0)
  expect(runs[1]?.local_read_ratio).toBe(1)
})

test('a promotion loses what had not been sent, and sessions are told', async () => {
  const near = { regions: 2, nodes: 2, sessions: 2000, writes: 0.6 }
  const runs: Figures[] = []
  // One world at a time: they share the clock.
  for (const seed of [1, 3]) runs.push(await run({ ...near, seed }))
  const lost = runs.reduce((sum, { commits_lost }) => sum + commits_lost, 0)
  const told = runs.reduce((sum, each) => sum + each.sessions_told_of_loss, 0)
  expect(lost).toBeGreaterThan(0)
  expect(told).toBeGreaterThan(0)
  expect(runs.map(({ violations }) => violations['losses-told'])).toEqual([0, 0])
})

test('were any answer taken for new enough, each promise would be seen broken', async () => {
  const { violations } = await run({ sessions: 1500 }, { toNeed: () => ({ kind: 'any' }) })
  expect(violations['read-your-writes']).toBeGreaterThan(0)
  expect(violations['monotonic-reads']).toBeGreaterThan(0)
  expect(violations['bounded-staleness']).toBeGreaterThan(0)
  expect(violations['strong-reads']).toBeGreaterThan(0)
})

test('most reads are answered near, and few reach the primary', async () => {
  const figures = await run({ writes: 0.05, faults: false })
  expect(figures.local_read_ratio_away_from_home).toBeGreaterThan(0.9)
  expect(figures.primary.reads_per_second).toBeLessThan(figures.reads_per_second / 2)
})

test('it ends when it is told to, and gives the timers back', async () => {
  const before = [globalThis.setTimeout, globalThis.clearTimeout]
  const abort = new AbortController()
  const ended = simulate(
    { ...DEFAULTS, ...small, sessions: 5000, seconds: 1000 },
    { signal: abort.signal, onProgress: () => abort.abort() },
  )
  await expect(ended).rejects.toThrow('aborted')
  expect([globalThis.setTimeout, globalThis.clearTimeout]).toEqual(before)
})
