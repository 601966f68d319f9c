import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Examination } from '../../../cli/doctor/examine.ts'
import type { ManagedProcess } from '../../../infra/local/managed-process.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { ConfiguredWorld } from '../../support/cli/configured-world.ts'
import { printed } from '../../support/cli/run-cli.ts'

let world: World
let configured: ConfiguredWorld
let consumers: readonly ManagedProcess[] = []

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

/** What was found worse than a note, by check and subject. */
function complaints({ reports }: Examination): string[] {
  return reports.flatMap(({ check, subject, outcome, findings, unable }) => {
    if (outcome === 'unable') return [`${check} on ${subject} unable: ${unable}`]
    return findings
      .filter(({ level }) => level !== 'note')
      .map(({ found }) => `${check} on ${subject}: ${found}`)
  })
}

async function examined(): Promise<Examination> {
  return printed<Examination>(await configured.run(['doctor', '--json']))
}

test('a world that was set up as the doctor says has no complaint', async () => {
  for (const node of world.databases.nodes) {
    await node.set({ fsync: 'on', full_page_writes: 'on', max_slot_wal_keep_size: '4GB' })
  }
  await world.primary.set({ synchronized_standby_slots: 'tidegate_fra_1' })
  const setup = await configured.run(['setup', '--apply'])
  expect(setup.err + setup.out).not.toContain('✗')
  expect(setup.code).toBe(0)
  consumers = await configured.startConsumers()

  const examination = await examined()
  expect(complaints(examination)).toEqual([])
  expect(examination.reports.length).toBeGreaterThan(100)
  expect((await configured.run(['doctor'])).code).toBe(0)
})

test('every fault that is planted is found, with its mend', async () => {
  const [fra, syd] = [world.region('fra').nodes[0], world.region('syd').nodes[0]]
  if (!fra || !syd) throw new Error('There are two replicas')
  await Promise.all(consumers.map(async (consumer) => await consumer.kill()))
  const { primary } = world

  // In the schema. The subscriber gets none of it.
  await primary.query('create table public.loose (a int)')
  await primary.query('create unlogged table public.scratch (id int primary key)')
  await primary.query('create table public.secret (id int primary key)')
  await primary.query('alter table public.secret enable row level security')
  await primary.query('create materialized view public.heap as select 1 as one')
  await primary.query('alter event trigger tidegate_ddl disable')
  await primary.query(`alter publication tidegate set (publish = 'insert, update, delete')`)
  await primary.query(`create role weak login password 'weak'`)
  await primary.query(`update tidegate.tide set at = at - interval '1 hour'`)
  await primary.query('create table tidegate.stray (id int primary key)')
  // In the slots.
  await primary.query(`select pg_create_logical_replication_slot('forgotten', 'pgoutput')`)
  for (let megabyte = 0; megabyte < 140; megabyte++) {
    await primary.query(`select pg_logical_emit_message(false, 'ballast', repeat('x', 1 << 20))`)
  }
  await primary.query(
    `select pg_create_physical_replication_slot('filler_' || n) from generate_series(1,
       current_setting('max_replication_slots')::int - (select count(*)::int from pg_replication_slots)) n`,
  )
  await until('the slot to be free', async () => {
    return await syd.query(`select pg_drop_replication_slot('tidegate_syd')`).then(
      () => true,
      () => false,
    )
  })
  // In the replicas.
  await syd.pauseReplay()
  await syd.set({ wal_level: 'replica', max_slot_wal_keep_size: null })
  await syd.restart()
  await fra.set({
    hot_standby_feedback: 'off',
    recovery_min_apply_delay: '1s',
    max_standby_streaming_delay: -1,
    primary_slot_name: '',
    sync_replication_slots: 'off',
  })
  await fra.pauseReplay()
  // In Redis.
  await world.region('fra').redis.flush()
  const redis = new Redis(world.region('fra').redis.url())
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
  await redis.config('SET', 'appendonly', 'yes')
  // In the settings of home, at last: from here on nobody's commit is acknowledged.
  await primary.set({
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    synchronous_standby_names: 'nobody',
    synchronized_standby_slots: null,
    wal_sender_timeout: 0,
    idle_replication_slot_timeout: '1h',
  })

  try {
    const broken = await faultyConfiguration()
    const run = await broken.run(['doctor', '--json'], { env: { TOKEN_KEY: 'short' } })
    expect(run.code).toBe(1)
    const { reports } = printed<Examination>(run)
    const found = reports
      .filter(({ outcome }) => outcome === 'found')
      .map(({ check, subject }) => `${check} on ${subject}`)
    expect(reports.filter(({ outcome }) => outcome === 'unable')).toEqual([])
    expect(found).toEqual(expect.arrayContaining([...planted]))
    for (const { why, mend } of reports.flatMap(({ findings }) => findings)) {
      expect(why).not.toBe('')
      expect(mend).not.toBe('')
    }
    // Not a secret, not in any shape.
    const shown = await broken.run(['doctor'], { env: { TOKEN_KEY: 'short' } })
    expect(shown.code).toBe(1)
    for (const text of [run.out, shown.out, shown.err]) {
      expect(text).not.toContain('postgresql://')
      expect(text).not.toContain('redis://')
    }
  } finally {
    await redis.config('SET', 'maxmemory-policy', 'noeviction')
    await redis.config('SET', 'appendonly', 'no')
    redis.disconnect()
  }
})

const planted = [
  'abandoned-slots on iad-1',
  'consumer-slots on fra-1',
  'consumer-slots on syd-1',
  'ddl-trigger on iad-1',
  'fsync on iad-1',
  'full-page-writes on iad-1',
  'gateways on configuration',
  'heartbeat-table on iad-1',
  'horizon on redis fra',
  'hot-standby-feedback on fra-1',
  'idle-replication-slot-timeout on iad-1',
  'key-columns on iad-1',
  'materialized-views on iad-1',
  'max-slot-wal-keep-size on syd-1',
  'max-standby-streaming-delay on fra-1',
  'primary-slot-name on fra-1',
  'publication on iad-1',
  'recovery-min-apply-delay on fra-1',
  'reach on redis iad',
  'redis-eviction on redis fra',
  'redis-persistence on redis fra',
  'replay-paused on fra-1',
  'replica-identity on iad-1',
  'row-security on iad-1',
  'schema-drift on syd-1',
  'slots-left on iad-1',
  'subscription on syd-1',
  'sync-replication-slots on fra-1',
  'synchronized-standby-slots on iad-1',
  'synchronous-commit on iad-1',
  'synchronous-standbys on iad-1',
  'tidegate-schema on iad-1',
  'token-keys on configuration',
  'unlogged-tables on iad-1',
  'wal-level on syd-1',
  'wal-sender-timeout on iad-1',
] as const

/** The same nodes, and a configuration that says wrong things of them. */
async function faultyConfiguration(): Promise<ConfiguredWorld> {
  return await ConfiguredWorld.in(world, {
    keys: { post: ['body', 'absent'] },
    redis: { fra: { env: 'REDIS_FRA' }, syd: { env: 'REDIS_SYD' }, iad: { env: 'NOT_SET' } },
    primary: {
      name: 'iad-1',
      region: 'iad',
      url: { env: 'URL_IAD_1' },
      gateway: true,
      endpoint: `http://127.0.0.1:${await world.freePort()}/sql`,
    },
  })
}

test('a role that may do too little, and nodes that are not what they are said to be, are found', async () => {
  const weak = world.primary.url().replace(/\/\/[^@]+@/, '//weak:weak@')
  const wrong = await ConfiguredWorld.in(world, {
    replicas: [{ name: 'syd-1', region: 'syd', role: 'standby', url: { env: 'URL_SYD_1' } }],
  })
  const run = await wrong.run(['doctor', '--json'], { env: { URL_IAD_1: weak } })
  const { reports } = printed<Examination>(run)
  const found = reports.flatMap(({ check, subject, findings }) =>
    findings.map(({ found: what }) => `${check} on ${subject}: ${what}`),
  )
  expect(found).toEqual(
    expect.arrayContaining([
      'privileges on iad-1: weak may not replicate',
      'role on syd-1: it is a primary, and the configuration says standby',
      'system-identity on syd-1: it is of another cluster than the primary',
      'heartbeat-privileges on iad-1: weak may not write tidegate.tide',
    ]),
  )
})
