import { types } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import type { PostgresNode } from '../../infra/local/postgres/node.ts'
import { until } from '../../infra/local/until.ts'
import { startWorld, type World } from '../../infra/local/world.ts'
import type { SessionRequest } from '../../src/client/session.ts'
import { createTidegate, type Tidegate } from '../../src/client/tidegate.ts'
import type { Driver } from '../../src/drivers/driver.ts'
import type { NodeOptions } from '../../src/topology/configuration.ts'

/** A way to reach the world's nodes, and where each is by that way. */
export interface Trial {
  readonly driver: Driver
  place(node: PostgresNode): Pick<NodeOptions, 'url' | 'endpoint' | 'gateway'>
  end(): Promise<void>
}

/** The request with which a browser comes back after a response. */
async function comesBack(session: {
  respond(response: Response): Promise<Response>
}): Promise<SessionRequest> {
  const response = await session.respond(new Response())
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
  return { headers: new Headers({ cookie }) }
}

/** What an app author may rely on, whichever driver is underneath. */
export function describeSdk(begin: (world: World) => Promise<Trial>): void {
  let world: World
  let trial: Trial
  let tg: Tidegate
  let fra: PostgresNode
  let lhr: PostgresNode

  beforeAll(async () => {
    world = await startWorld({
      home: 'iad',
      regions: { fra: { nodes: ['standby'] }, lhr: { nodes: ['standby'] } },
      schema: `create table note (id serial primary key, body text unique);
      create view logged as select nextval('note_id_seq')`,
      distanceScale: 0,
    })
    const [first] = world.region('fra').nodes
    const [second] = world.region('lhr').nodes
    if (!first || !second) throw new Error('the world lacks a node')
    fra = first
    lhr = second
  })

  afterAll(async () => await world?.stop())

  function clientIn(region: 'fra' | 'lhr'): Tidegate {
    return createTidegate(
      {
        primary: { region: 'iad', ...trial.place(world.primary) },
        replicas: [
          { name: 'fra', region: 'fra', ...trial.place(fra) },
          { name: 'lhr', region: 'lhr', ...trial.place(lhr) },
        ],
        region,
        timeoutMs: 20_000,
      },
      { driver: trial.driver, types },
    )
  }

  beforeEach(async () => {
    trial = await begin(world)
    tg = clientIn('fra')
  })

  afterEach(async () => {
    await trial.end()
    for (const node of [fra, lhr]) await node.resumeReplay()
    await world.databases.caughtUp()
  })

  test('a read without a past goes to the nearest replica', async () => {
    const { sql } = tg.session()
    const rows = await sql`select 1 as one`
    expect(rows).toEqual([{ one: 1 }])
    expect(rows.tide).toMatchObject({ node: 'fra', role: 'standby', source: 'replica' })
  })

  test('a session sees what it wrote although its replica stands still, and another reads that one', async () => {
    await fra.pauseReplay()
    await lhr.pauseReplay()
    const { sql, session } = tg.session()
    const written = await sql`insert into note (body) values ('mine') returning id`
    expect(written.tide.source).toBe('primary')

    expect(await sql`select body from note where body = 'mine'`).toHaveLength(1)
    const later = tg.session(await comesBack(session))
    const seen = await later.sql`select body from note where body = ${'mine'}`
    expect(seen).toHaveLength(1)
    expect(seen.tide.node).toBe('iad-1')

    const stranger = await tg.session().sql`select body from note where body = 'mine'`
    expect(stranger).toHaveLength(0)
    expect(stranger.tide.node).toBe('fra')
  })

  test('a session reads near again as soon as its replica has caught up', async () => {
    const { sql } = tg.session()
    await sql`insert into note (body) values ('caught up')`
    await world.databases.caughtUp()
    await until('a near read', async () => {
      const rows = await sql`select body from note where body = 'caught up'`
      expect(rows).toHaveLength(1)
      return rows.tide.node === 'fra'
    })
  })

  test('reads of one session never go backwards between replicas at different positions', async () => {
    await fra.pauseReplay()
    await world.primary.query(`insert into note (body) values ('ahead')`)
    await lhr.reached(await world.primary.position())
    const { sql, session } = tg.session()
    // As if its first read had been answered in London.
    const far = clientIn('lhr').session()
    expect(await far.sql`select from note where body = 'ahead'`).toHaveLength(1)
    const request = await comesBack(far.session)

    const again = await tg.session(request).sql`select from note where body = 'ahead'`
    expect(again).toHaveLength(1)
    expect(again.tide.node).not.toBe('fra')
    expect(await sql`select from note where body = 'ahead'`).toHaveLength(0)
    expect(session.queries).toHaveLength(1)
  })

  test('a statement that hides a write runs on the primary, once, and is known from then on', async () => {
    const { sql } = tg.session()
    const before = await world.primary.query('select last_value::int as value from note_id_seq')
    const first = await sql`select * from logged`
    expect(first.tide.source).toBe('primary')
    expect(first.tide.attempts).toHaveLength(1)
    const second = await sql`select * from logged`
    expect(second.tide.attempts).toMatchObject([{ node: 'iad-1' }])
    const after = await world.primary.query('select last_value::int as value from note_id_seq')
    expect(Number(after[0]?.['value'])).toBe(Number(before[0]?.['value']) + 2)
  })

  test('errors keep their SQLSTATE and the name of what was violated, and no value', async () => {
    const { sql } = tg.session()
    await sql`insert into note (body) values ('once')`
    const again = sql`insert into note (body) values ('once')`
    await expect(again).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      sqlState: '23505',
      constraint: 'note_body_key',
      committed: 'no',
    })
    await expect(again).rejects.not.toThrow(/once/)
  })

  test('with the primary gone reads of any age go on, strong ones and writes fail in the open', async () => {
    const { sql } = tg.session()
    await sql`insert into note (body) values ('before the end')`
    world.primary.freeze()
    try {
      const any = await sql.with({ freshness: 'any' })`select count(*) from note`
      expect(any.tide.source).toBe('replica')
      const write = sql.with({ timeoutMs: 300 })`insert into note (body) values ('void')`
      await expect(write).rejects.toMatchObject({ code: 'TIMEOUT', committed: 'unknown' })
      const strong = sql.with({ freshness: 'strong', timeoutMs: 300 })`select count(*) from note`
      await expect(strong).rejects.toMatchObject({ code: 'TIMEOUT', committed: 'no' })
    } finally {
      world.primary.thaw()
    }
  })

  test('a query runs once however often it is awaited', async () => {
    const { sql } = tg.session()
    const insert = sql`insert into note (body) values ('only once') returning id`
    const [first, second] = await Promise.all([insert, insert])
    expect(second).toBe(first)
    expect(await sql`select from note where body = 'only once'`).toHaveLength(1)
  })

  test('queries of one request may run side by side, and the session holds all they wrote', async () => {
    await fra.pauseReplay()
    await lhr.pauseReplay()
    const { sql, session } = tg.session()
    await Promise.all(
      ['a', 'b', 'c'].map(
        async (body) => await sql`insert into note (body) values (${`side ${body}`})`,
      ),
    )
    const later = tg.session(await comesBack(session))
    expect(await later.sql`select from note where body like 'side %'`).toHaveLength(3)
  })

  test('a transaction is one: all of it on the primary if any of it writes', async () => {
    const { sql } = tg.session()
    const results = await sql.transaction([
      sql`insert into note (body) values ('tx')`,
      sql`select body from note where body = 'tx'`,
    ])
    expect(results[1]).toEqual([{ body: 'tx' }])
    expect(results.tide.source).toBe('primary')

    const reads = await sql
      .with({ freshness: 'any' })
      .transaction((tx) => [tx`select 1 as a`, tx`select 2 as b`])
    expect(reads).toEqual([[{ a: 1 }], [{ b: 2 }]])
    expect(reads.tide.source).toBe('replica')
  })
}
