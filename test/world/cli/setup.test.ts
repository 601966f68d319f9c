import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Status } from '../../../cli/status/observe.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { ConfiguredWorld } from '../../support/cli/configured-world.ts'
import { printed } from '../../support/cli/run-cli.ts'

const PASSWORD = 'a password of 24 characters'

let world: World
let configured: ConfiguredWorld

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['subscriber'] } },
    schema: 'create table post (id int primary key, body text)',
    distanceScale: 0,
  })
  configured = await ConfiguredWorld.in(world)
})

afterAll(async () => {
  await world.stop()
})

/** All that setup may make, on every node. */
async function made(): Promise<unknown> {
  return await Promise.all(
    world.databases.nodes.map(async (node) => {
      const rows = await node.query(
        `select (select array_agg(evtname::text) from pg_event_trigger) as triggers,
           (select array_agg(nspname::text) from pg_namespace where nspname = 'tidegate') as schemas,
           array(select pubname::text from pg_publication) as publications,
           array(select rolname::text from pg_roles where rolname like 'tidegate\\_%') as roles,
           array(select slot_name::text from pg_replication_slots s
             where slot_name not like '%\\_1' and (to_jsonb(s) ->> 'synced') is distinct from 'true'
           ) as slots`,
      )
      return [node.name, rows]
    }),
  )
}

test('without --apply it only shows', async () => {
  const before = await made()
  const run = await configured.run(['setup', '--roles'])
  expect(run.code).toBe(0)
  expect(run.out).toContain('-- on iad-1: schema, publication, triggers')
  expect(run.out).toContain(
    `select pg_create_logical_replication_slot('tidegate_fra', 'pgoutput');`,
  )
  expect(run.out).toContain('create role tidegate_consumer login replication;')
  expect(run.out).toContain('-- Nothing has been done.')
  expect(await made()).toEqual(before)
})

test('--apply does it, once; --undo leaves nothing', async () => {
  const before = await made()
  const options = { env: { TIDEGATE_CONSUMER_PASSWORD: PASSWORD } }
  const applied = await configured.run(['setup', '--apply', '--roles'], options)
  expect(applied).toMatchObject({ code: 0, err: '' })
  expect(applied.out).not.toContain(PASSWORD)
  expect(await made()).not.toEqual(before)

  // No consumer has run yet: a subscriber cannot tell how far it is, and that is told.
  const status = await configured.run(['status', '--json'])
  expect(status).toMatchObject({ code: 0, err: '' })
  expect(printed<Status>(status).nodes.find(({ node }) => node === 'syd-1')).toEqual({
    node: 'syd-1',
    region: 'syd',
    role: 'subscriber',
    isPaused: false,
    roundTripMs: expect.any(Number),
  })
  expect((await configured.run(['status'])).out).toMatch(/syd-1 +syd +subscriber +\?/)
  const capacity = await configured.run(['capacity', '--for', '200ms'])
  expect(capacity.out).toContain('syd-1 could not be measured: it cannot tell how far it is')

  const again = await configured.run(['setup', '--apply'])
  expect(again).toMatchObject({ code: 0 })
  expect(again.out).toContain('There is nothing to do')
  // What can be granted again is; nothing else is touched.
  const grants = await configured.run(['setup', '--roles', '--json'])
  const { steps } = printed<{ steps: { sql: string }[] }>(grants)
  for (const { sql } of steps) expect(sql).toMatch(/^grant /)

  // The role is enough for a consumer, and its password is the one that was given.
  const login = `tidegate_consumer:${encodeURIComponent(PASSWORD)}`
  const weaker = Object.fromEntries(
    Object.entries(configured.env).map(([name, value]) => [
      name,
      name.startsWith('URL_') ? value.replace(/\/\/[^@]+@/, `//${login}@`) : value,
    ]),
  )
  const consumers = await configured.startConsumers(weaker)
  await until('the subscriber to follow', async () => {
    const [row] =
      (await world
        .region('syd')
        .nodes[0]?.query<{ age: number }>(
          'select extract(epoch from clock_timestamp() - max(at))::float as age from tidegate.tide',
        )) ?? []
    return row !== undefined && row.age < 10
  })
  const refused = await configured.run(['setup', '--undo', '--apply', '--roles'])
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('is being read: stop its consumer first')
  await Promise.all(consumers.map(async (consumer) => await consumer.stop()))
  await until('the slots to be free', async () => {
    const undone = await configured.run(['setup', '--undo', '--apply', '--roles'])
    return undone.code === 0 && undone
  })
  // The world's own publication feeds its subscriber, so it was kept.
  expect(await made()).toEqual(before)
})

test('a node that cannot be reached is named, and nothing is done to the others', async () => {
  const before = await made()
  const port = await world.freePort()
  const run = await configured.run(['setup', '--apply'], {
    env: { URL_FRA_1: `postgresql://nobody:secret@127.0.0.1:${port}/app` },
  })
  expect(run.code).toBe(1)
  expect(run.err).toContain('fra-1 cannot be set up: nobody listens at its address')
  expect(run.err).not.toContain('secret')
  expect(await made()).toEqual(before)
})
