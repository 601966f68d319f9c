/** The benchmark of ways to read, whole but small: what it tells, and that Tidegate broke no promise. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, onTestFinished, test } from 'vitest'

import { strategies } from '../../../bench/geo/strategies.ts'

const ROOT = join(import.meta.dirname, '../../..')
const MAIN = join(ROOT, 'bench/main.ts')

async function bench(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return await promisify(execFile)(process.execPath, [MAIN, ...args], { cwd: ROOT })
}

test('geo runs every strategy in one world, prints one JSON object and draws its picture', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tidegate-bench-'))
  onTestFinished(async () => await rm(directory, { recursive: true }))
  const picture = join(directory, 'geo.svg')
  const flags = '--json --seconds 4 --sessions 1 --items 8 --distance-scale 0.05 --edge-ms 0'
  const { stdout } = await bench('geo', ...flags.split(' '), '--chart', picture)

  const figures: unknown = JSON.parse(stdout)
  const region = { p50: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number) }
  const share = expect.any(Number)
  const lane = {
    reads: expect.any(Number),
    failed: 0,
    read_ms: { iad: region, fra: region, syd: region },
    local_share: { iad: share, fra: share, syd: share, away: share },
    cached_share: share,
    primary_queries_per_read: share,
    read_your_writes_violations: expect.any(Number),
    monotonic_reads_violations: expect.any(Number),
    beyond_bound_reads: expect.any(Number),
  }
  const whole = Object.fromEntries(
    Object.keys(strategies).map((name) => [
      name,
      { '90/10': expect.objectContaining(lane), '99/1': expect.objectContaining(lane) },
    ]),
  )
  expect(figures).toMatchObject({
    seed: 1,
    tidegate_violations: 0,
    tidegate_local_share: share,
    tidegate_p50_to_random_replica: expect.any(Number),
    cache_p50_to_random_replica: expect.any(Number),
    strategies: whole,
  })
  expect(await readFile(picture, 'utf8')).toMatch(/^<svg [^>]*>[\s\S]*<\/svg>\n$/)
}, 180_000)

test.for([
  [['geo', '--seconds', '0'], '--seconds: expected a whole number above 0.'],
  [['geo', '--strategies', 'guessing'], '--strategies: expected some of primary-only,'],
  [['token', '--seconds', '5'], '--seconds: expected with the benchmark that it is of.'],
  [['nothing'], 'There is no benchmark nothing.'],
] as const)('bench %j is refused before anything runs', async ([args, message]) => {
  await expect(bench(...args)).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining(message),
  })
})
