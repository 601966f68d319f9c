import { afterAll, beforeAll, expect, test } from 'vitest'

import type { DrillReport } from '../../../cli/drill/drill.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { ConfiguredWorld } from '../../support/cli/configured-world.ts'
import { printed, runCli } from '../../support/cli/run-cli.ts'

let world: World
let configured: ConfiguredWorld

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    distanceScale: 0,
  })
  configured = await ConfiguredWorld.in(world)
})

afterAll(async () => {
  await world.stop()
})

test('a local drill loses the primary, and everything comes back by itself', async () => {
  const run = await runCli(['drill', '--json'])
  expect(run).toMatchObject({ code: 0, err: '' })
  const { steps, passed, acknowledged, withoutWritesMs } = printed<DrillReport>(run)
  expect(passed).toBe(true)
  expect(acknowledged).toBeGreaterThan(0)
  expect(withoutWritesMs).toBeGreaterThan(0)
  expect(steps.map(({ what }) => what)).toEqual(
    expect.arrayContaining([
      'the primary is gone',
      'fra-1 takes writes',
      'the standby lhr-1 follows fra-1',
      'the subscriber syd-1 follows fra-1',
      'the tide table of syd knows the new epoch',
      'the horizon of iad rises again',
    ]),
  )
  for (const { ms } of steps) expect(ms).toBeTypeOf('number')
}, 180_000)

test('nothing is stopped on staging unless all that it needs is given', async () => {
  const words = ['drill', '--staging', '--promote', 'fra-1', '--stop', 'exit 1']
  const refusals = [
    [['drill', '--staging', '--yes'], '--promote: expected the name of a standby'],
    [['drill', '--staging', '--yes', '--promote', 'fra-1'], '--stop: expected a command'],
    [words, '--yes: expected, because this stops iad-1'],
    [['drill', '--staging', '--yes', '--promote', 'iad-1', '--stop', 'true'], 'a standby'],
  ] as const
  for (const [given, expected] of refusals) {
    const run = await configured.run(given)
    expect(run).toMatchObject({ code: 2, out: '' })
    expect(run.err).toContain(expected)
  }
  expect(world.primary.server.running).toBe(true)
})

test('on staging the primary is stopped by the command that was given', async () => {
  await configured.run(['setup', '--apply'])
  await configured.startConsumers()
  const { pid } = world.primary.server
  const words = ['--staging', '--yes', '--promote', 'fra-1', '--stop', `kill -QUIT ${pid}`]
  const run = await configured.run(['drill', ...words])
  expect(run.err).toBe('')
  expect(run.out).toMatch(/✓ .+ fra-1 takes writes/)
  expect(run.out).toMatch(/✓ .+ the horizon of fra rises again/)
  const [row] = (await world.region('fra').nodes[0]?.query('select pg_is_in_recovery() as r')) ?? []
  expect(row).toEqual({ r: false })
}, 180_000)
