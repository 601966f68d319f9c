/** A short run of the checker, and one of the broken Tidegates that it has to notice. */
import { expect, test } from 'vitest'

import { ways } from '../../consistency/consistency-world.ts'
import { run, type RunOptions } from '../../consistency/run.ts'

const options: RunOptions = {
  seconds: 20,
  seed: Math.floor(Math.random() * 1_000_000),
  sessions: 24,
  keys: 40,
  ways,
  faults: '',
  mutant: undefined,
  onProgress: () => {},
  signal: new AbortController().signal,
}

test(
  'whatever goes wrong, no session is given what it must not be given',
  { timeout: 240_000 },
  async () => {
    const report = await run(options)
    expect(report.examples).toEqual([])
    expect(report.operations).toBeGreaterThan(0)
  },
)

test('a Tidegate that believes every replica is caught', { timeout: 240_000 }, async () => {
  const broken = { mutant: 'no-own-stamp', ways: ['tcp'], seconds: 60, keys: 12 } as const
  const report = await run({ ...options, ...broken })
  expect(report.examples).not.toEqual([])
})
