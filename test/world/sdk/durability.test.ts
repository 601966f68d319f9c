/**
 * What a write waits for, over each way to the primary: with a synchronous standby that is there,
 * that has stopped replaying, and that is gone.
 */
import { types as httpTypes } from '@neondatabase/serverless'
import { types } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import {
  createTidegate,
  type Reach,
  type Tidegate,
  type TidegateOptions,
} from '../../../src/client/tidegate.ts'
import { neonDriver } from '../../../src/drivers/neon.ts'
import { pgDriver } from '../../../src/drivers/node/pg.ts'
import { HeldCommits } from '../../support/held-commits.ts'
import { nodeIn } from '../../support/node-in.ts'
import {
  type SqlEndpoint,
  startGatewayEndpoint,
  startNoEndpoint,
  startPlainEndpoint,
} from '../../support/sql-endpoint.ts'

let world: World
let standby: PostgresNode

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    distanceScale: 0,
    // Each note tells what its commit waited for.
    schema: `create table note (
      body text primary key, durability text default current_setting('synchronous_commit'));
      create table ledger (body text, durability text default current_setting('synchronous_commit'))`,
  })
  standby = nodeIn(world, 'fra', 'standby')
})

afterAll(async () => await world?.stop())

async function commitsWaitForTheStandby(): Promise<AsyncDisposable> {
  await world.primary.set({ synchronous_standby_names: `"${standby.name}"` })
  await until('it to be synchronous', async () => {
    const [row] = await world.primary.query(
      `select from pg_stat_replication where application_name = $1 and sync_state = 'sync'`,
      [standby.name],
    )
    return row !== undefined
  })
  return {
    async [Symbol.asyncDispose]() {
      await world.primary.set({ synchronous_standby_names: null })
    },
  }
}

interface Way {
  readonly name: string
  readonly start: (world: World) => Promise<SqlEndpoint>
  readonly reach: () => Reach & { readonly end?: () => Promise<void> }
}

const ways: readonly Way[] = [
  {
    name: 'TCP',
    start: startNoEndpoint,
    reach: () => {
      const driver = pgDriver({ max: 1 })
      return { driver, types, end: async () => await driver.end() }
    },
  },
  {
    name: 'plain Neon',
    start: startPlainEndpoint,
    reach: () => ({ driver: neonDriver(), types: httpTypes }),
  },
  {
    name: 'the gateway',
    start: startGatewayEndpoint,
    reach: () => ({ driver: neonDriver(), types: httpTypes }),
  },
]

describe.each(ways)('over $name', ({ start, reach }) => {
  let endpoint: SqlEndpoint
  let way: ReturnType<Way['reach']>

  beforeEach(async () => {
    endpoint = await start(world)
    way = reach()
  })

  afterEach(async () => {
    await standby.resumeReplay()
    await way.end?.()
    await endpoint[Symbol.asyncDispose]()
    await world.primary.query('truncate note, ledger')
  })

  function client(options: Partial<TidegateOptions> = {}): Tidegate {
    return createTidegate(
      {
        primary: { region: 'iad', ...endpoint.place(world.primary) },
        replicas: [{ region: 'fra', ...endpoint.place(standby) }],
        timeoutMs: 20_000,
        ...options,
      },
      way,
    )
  }

  test('the result is the statement’s own, and the setting leaks into no later transaction', async () => {
    const { sql } = client().session()
    const insert = `insert into note (body) values ($1) returning durability`
    for (const durability of ['off', 'local', 'remote_write', 'on', 'remote_apply'] as const) {
      const options = { durability }
      expect(await sql.query(insert, [durability], options)).toEqual([{ durability }])
      expect(await sql.query(insert, [`after ${durability}`])).toEqual([{ durability: 'on' }])
    }
  })

  test('a transaction has one, and gives the results that were asked for', async () => {
    const { sql } = client().session()
    const results = await sql.transaction(
      (tx) => [
        tx`insert into note (body) values ('first') returning durability`,
        tx`select count(*)::int from note`,
      ],
      { durability: 'local', isolationLevel: 'Serializable' },
    )
    expect(results).toEqual([[{ durability: 'local' }], [{ count: 1 }]])
  })

  test('the query’s word counts before the session’s, a hint’s, a rule’s and the client’s', async () => {
    const tg = client({
      durability: 'local',
      rules: [{ table: 'ledger', durability: 'remote_apply' }],
    })
    const insert = 'insert into ledger (body) values (1) returning durability'
    const hinted = `/* tidegate: durability=off */ ${insert}`
    const { sql } = tg.session()
    const note = await sql`insert into note (body) values ('client') returning durability`
    expect(note).toEqual([{ durability: 'local' }])
    expect(await sql.query(insert)).toEqual([{ durability: 'remote_apply' }])
    expect(await sql.query(hinted)).toEqual([{ durability: 'off' }])
    const session = tg.session(undefined, { durability: 'on' })
    expect(await session.sql.query(hinted)).toEqual([{ durability: 'on' }])
    const narrow = session.sql.with({ durability: 'remote_write' })
    expect(await narrow.query(insert)).toEqual([{ durability: 'remote_write' }])
  })

  test('of several words in one transaction the strongest holds, and silence counts as on', async () => {
    const { sql } = client({ rules: [{ table: 'ledger', durability: 'off' }] }).session()
    const ledger = 'insert into ledger (body) values (1) returning durability'
    const [first] = await sql.transaction([
      sql.query(ledger),
      sql`insert into note (body) values ('silent')`,
    ])
    expect(first).toEqual([{ durability: 'on' }])
    const [second] = await sql.transaction([
      sql.query(ledger),
      sql.query(`/* tidegate: durability=local */ ${ledger}`),
    ])
    expect(second).toEqual([{ durability: 'local' }])
  })

  test('with remote_apply the synchronous standby shows the write when it is acknowledged', async () => {
    await using _ = await commitsWaitForTheStandby()
    await standby.pauseReplay()
    const { sql } = client().session()
    await sql`insert into note (body) values ('replayed later')`
    expect(await standby.query('select body from note')).toEqual([])

    let acknowledged = false
    const applied = sql.with({
      durability: 'remote_apply',
    })`insert into note (body) values ('applied')`.finally(() => (acknowledged = true))
    await until('the commit to wait', async () => {
      const rows = await world.primary.query(
        `select from pg_stat_activity where wait_event = 'SyncRep'`,
      )
      return rows.length === 1
    })
    expect(acknowledged).toBe(false)
    await standby.resumeReplay()
    await applied
    expect(await standby.query(`select body from note where body = 'applied'`)).toHaveLength(1)
  })

  test('with local or off a write returns although the standby is gone, and its session sees it', async () => {
    await using held = await HeldCommits.on(world.primary)
    const { sql } = client().session()
    for (const durability of ['local', 'off'] as const) {
      await sql.with({ durability })`insert into note (body) values (${durability})`
      const seen = await sql`select from note where body = ${durability}`
      expect(seen).toHaveLength(1)
    }
    const waiting = sql`insert into note (body) values ('waits')`
    const outcome = waiting.then(() => 'acknowledged')
    await held.count(1)
    await held.release()
    expect(await outcome).toBe('acknowledged')
  })

  test('time that runs out while the standby is gone leaves it unknown, though home has the write', async () => {
    await using held = await HeldCommits.on(world.primary)
    const { sql } = client({ timeoutMs: 3_000 }).session()
    // So that the time goes into waiting for the standby, and not for a connection.
    await sql.with({ route: 'primary' })`select 1`
    await expect(
      sql.with({ durability: 'on' })`insert into note (body) values ('late')`,
    ).rejects.toMatchObject({ code: 'TIMEOUT', committed: 'unknown', retryable: false })
    await held.release()
    await until('home to show it', async () => {
      return (await world.primary.query(`select from note where body = 'late'`)).length === 1
    })
  })

  test('a read goes where it would have gone', async () => {
    const rows = await client({ region: 'fra' })
      .session()
      .sql.with({ durability: 'remote_apply' })`select 1 as one`
    expect(rows).toEqual([{ one: 1 }])
    expect(rows.tide).toMatchObject({ node: 'fra-1', role: 'standby' })
  })

  test('a statement that cannot run in a transaction is refused by Postgres', async () => {
    const { sql } = client().session()
    await expect(sql.with({ durability: 'off' })`vacuum note`).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      sqlState: '25001',
      committed: 'no',
    })
  })
})

test('with off, a server that dies at once may lose what it has acknowledged', async () => {
  // The WAL writer would flush it within a moment.
  await world.primary.set({ wal_writer_delay: '10s' })
  await using driver = pgDriver()
  const { sql } = createTidegate(
    { primary: { region: 'iad', url: world.primary.url() } },
    { driver, types },
  ).session()
  await until('an acknowledged write to be lost', async () => {
    const body = crypto.randomUUID()
    await sql.with({ durability: 'off' })`insert into note (body) values (${body})`
    await world.primary.server.kill()
    await world.primary.server.start()
    const found = await world.primary.query('select from note where body = $1', [body])
    return found.length === 0
  })
})
