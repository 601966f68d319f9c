import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Status } from '../../../cli/status/observe.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { ConfiguredWorld } from '../../support/cli/configured-world.ts'
import { type CliRun, printed } from '../../support/cli/run-cli.ts'

let world: World
let configured: ConfiguredWorld

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['subscriber'] } },
    schema: `alter database app set search_path = public;
      create table public.post (id int primary key, body text)`,
    distanceScale: 0,
  })
  configured = await ConfiguredWorld.in(world)
  await configured.run(['setup', '--apply'])
  await configured.startConsumers()
})

afterAll(async () => {
  await world.stop()
})

function statusOf(run: Pick<CliRun, 'out'>): Status {
  return printed<Status>(run)
}

test('it tells of every node, slot and tide table', async () => {
  await until('all horizons', async () => {
    const { regions } = statusOf(await configured.run(['status', '--json']))
    return regions.length === 3 && regions.every(({ horizon }) => horizon !== undefined)
  })
  const run = await configured.run(['status', '--json'])
  expect(run.code).toBe(0)
  const { nodes, regions, slots } = statusOf(run)
  expect(nodes.map(({ node, role, timeline }) => [node, role, timeline])).toEqual([
    ['iad-1', 'primary', 1],
    ['fra-1', 'standby', 1],
    ['syd-1', 'subscriber', undefined],
  ])
  for (const { region, epoch, primary, horizonAgeMs } of regions) {
    expect([region, epoch, primary]).toEqual([region, 1, 'iad-1'])
    expect(horizonAgeMs).toBeTypeOf('number')
  }
  expect(slots.map(({ slot, node }) => `${slot} on ${node}`)).toEqual(
    expect.arrayContaining([
      'tidegate_iad on iad-1',
      'tidegate_fra on fra-1',
      'tidegate_syd on syd-1',
    ]),
  )
  const shown = await configured.run(['status'])
  expect(shown.out).toMatch(/fra-1 +fra +standby +\w+\/\w+/)
})

test('--watch shows a replica fall behind, until it is ended', async () => {
  const [fra] = world.region('fra').nodes
  await fra?.pauseReplay()
  const end = new AbortController()
  let seen = ''
  const watching = configured.run(['status', '--watch', '--every', '100ms', '--json'], {
    signal: end.signal,
    onOut: (text) => (seen += text),
  })
  const lagging = (): boolean =>
    seen
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => statusOf({ out: line }).nodes.find(({ node }) => node === 'fra-1'))
      .some((node) => node?.isPaused && (node.lagMs ?? 0) > 300 && (node.lagBytes ?? 0) > 0)
  await until('the lag to be seen', lagging)
  end.abort()
  expect((await watching).code).toBe(0)
  await fra?.resumeReplay()
})

test('a node that does not answer is told of, and the others all the same', async () => {
  const [syd] = world.region('syd').nodes
  await syd?.kill()
  const run = await configured.run(['status', '--json'])
  expect(run.code).toBe(1)
  const { nodes } = statusOf(run)
  expect(nodes.map(({ unable }) => unable)).toEqual([
    undefined,
    undefined,
    'nobody listens at its address',
  ])
})

test('explain knows the tables of the catalog, and where a read would go', async () => {
  const read = await configured.run(['explain', '--json', 'select * from post where id = $1'])
  expect(read.json).toMatchObject({
    catalog: 'the tide table of iad',
    tags: ['public.post#id=$1', 'public.post#*'],
    routes: {
      silent: { 'syd-1': 'nobody listens at its address' },
      regions: [
        { from: 'iad', fresh: { node: 'iad-1' }, afterWrite: { node: 'iad-1' } },
        // Whether a replica has what was written this moment nobody knows: the near one is tried.
        { from: 'fra', fresh: { node: 'fra-1' }, afterWrite: { node: 'fra-1' } },
        { from: 'syd', fresh: { node: 'iad-1' } },
      ],
    },
  })
  const write = await configured.run(['explain', 'delete from post', '--json'])
  expect(write.json).toMatchObject({
    kind: 'write',
    routes: { regions: [{ from: 'iad' }, { from: 'fra', fresh: { node: 'iad-1' } }, {}] },
  })
  const strong = await configured.run(['explain', '/* tidegate: strong */ select 1', '--json'])
  expect(strong.json).toMatchObject({
    routes: { regions: [{}, { from: 'fra', fresh: { node: 'iad-1' } }, {}] },
  })
})
