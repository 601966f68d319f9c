/**
 * What an app author may rely on, whichever driver is underneath and in whichever runtime: nothing in
 * here needs Node.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import { until } from '../../infra/local/until.ts'
import type { SessionRequest } from '../../src/client/carriage.ts'
import { type AnyTidegate, createTidegate, type Reach } from '../../src/client/tidegate.ts'
import type { Places, Replica, SdkStage } from './sdk-stage.ts'

/** A new way to reach the nodes, for one test. */
export interface Trial {
  /** One that has measured nothing yet. */
  clientIn(region: Replica, places: Places): AnyTidegate
  readonly end?: () => Promise<void>
}

/** The SDK that knows the nodes. */
export function knowingNodes(reach: Reach): Trial {
  return {
    clientIn: (region, places) =>
      createTidegate(
        {
          primary: { region: 'iad', ...places.iad },
          replicas: [
            { name: 'fra', region: 'fra', ...places.fra },
            { name: 'lhr', region: 'lhr', ...places.lhr },
          ],
          region,
          timeoutMs: 20_000,
        },
        reach,
      ),
  }
}

type SessionAndSql = ReturnType<AnyTidegate['session']>

/** The request with which a browser comes back after a response. */
async function comesBack(session: {
  respond(response: Response): Promise<Response>
}): Promise<SessionRequest> {
  const response = await session.respond(new Response())
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
  return { headers: new Headers({ cookie }) }
}

export function describeSdk(start: () => Promise<SdkStage>, begin: () => Trial): void {
  let stage: SdkStage
  let places: Places
  let trial: Trial
  let tg: AnyTidegate

  beforeAll(async () => {
    stage = await start()
  })

  afterAll(async () => await stage?.end())

  function clientIn(region: Replica): AnyTidegate {
    return trial.clientIn(region, places)
  }

  beforeEach(async () => {
    places = await stage.open()
    trial = begin()
    tg = clientIn('fra')
  })

  afterEach(async () => {
    await trial.end?.()
    await stage.close()
  })

  test('a read without a past goes to the nearest replica', async () => {
    const { sql } = tg.session()
    const rows = await sql`select 1 as one`
    expect(rows).toEqual([{ one: 1 }])
    expect(rows.tide).toMatchObject({ node: 'fra', role: 'standby', source: 'replica' })
  })

  test('a session sees what it wrote although its replica stands still, and another reads that one', async () => {
    await stage.pauseReplay('fra')
    await stage.pauseReplay('lhr')
    const { sql, session } = tg.session()
    const written = await sql`insert into note (body) values ('mine') returning id`
    expect(written.tide.source).toBe('primary')

    expect(await sql`select body from note where body = 'mine'`).toHaveLength(1)
    const later = tg.session(await comesBack(session))
    const seen = await later.sql`select body from note where body = ${'mine'}`
    expect(seen).toHaveLength(1)
    expect(seen.tide.node).toBe('iad-1')

    const stranger = await clientIn('fra').session().sql`select body from note where body = 'mine'`
    expect(stranger).toHaveLength(0)
    expect(stranger.tide.node).toBe('fra')
  })

  test('a read of at least what a token says has it, in a session that knows nothing of it', async () => {
    await stage.pauseReplay('fra')
    await stage.pauseReplay('lhr')
    const author = tg.session()
    await author.sql`insert into note (body) values ('kept beside')`
    const freshness = { atLeast: await author.session.token() }
    const reader = tg.session().sql.with({ freshness })
    expect(await reader`select from note where body = 'kept beside'`).toHaveLength(1)
    const misspelt = tg.session().sql.with({ freshness: { atLeast: 'no-token' } })
    await expect(misspelt`select from note`).rejects.toMatchObject({ committed: 'no' })
  })

  test('a session reads near again as soon as its replica has caught up', async () => {
    const { sql } = tg.session()
    await sql`insert into note (body) values ('caught up')`
    await stage.caughtUp()
    await until('a near read', async () => {
      const rows = await sql`select body from note where body = 'caught up'`
      expect(rows).toHaveLength(1)
      return rows.tide.source === 'replica'
    })
  })

  test('reads of one session never go backwards between replicas at different positions', async () => {
    await stage.pauseReplay('fra')
    await stage.query(`insert into note (body) values ('ahead')`)
    await stage.reached('lhr')
    // As if its first read had been answered in London.
    const far = clientIn('lhr').session()
    expect(await far.sql`select from note where body = 'ahead'`).toHaveLength(1)
    const request = await comesBack(far.session)

    const again = await tg.session(request).sql`select from note where body = 'ahead'`
    expect(again).toHaveLength(1)
    expect(again.tide.node).not.toBe('fra')
    // A client that has measured nothing yet takes the map's word for which is nearest.
    const stranger = clientIn('fra').session()
    expect(await stranger.sql`select from note where body = 'ahead'`).toHaveLength(0)
    expect(stranger.session.queries).toHaveLength(1)
  })

  test('a statement that hides a write runs on the primary, once, and is known from then on', async () => {
    const { sql } = tg.session()
    const before = await stage.query('select last_value::int as value from note_id_seq')
    const first = await sql`select * from logged`
    expect(first.tide.source).toBe('primary')
    expect(first.tide.attempts).toHaveLength(1)
    const second = await sql`select * from logged`
    expect(second.tide.attempts).toMatchObject([{ node: 'iad-1' }])
    const after = await stage.query('select last_value::int as value from note_id_seq')
    expect(Number(after[0]?.['value'])).toBe(Number(before[0]?.['value']) + 2)
  })

  test('what a replica refuses of a transaction is remembered of all of it, and of no part', async () => {
    const { sql } = tg.session(undefined, { freshness: 'any' })
    const count = () => sql`select count(*) from note`
    const serializable = async () =>
      await sql.transaction([count()], { isolationLevel: 'Serializable' })
    expect((await serializable()).tide.source).toBe('primary')
    expect((await serializable()).tide.attempts).toHaveLength(1)
    const both = await sql.transaction([count(), sql`select * from logged`])
    expect(both.tide.source).toBe('primary')
    expect((await count()).tide.source).toBe('replica')
  })

  test('what went home as a write and wrote nothing must not be fallen behind either', async () => {
    await stage.pauseReplay('fra')
    await stage.pauseReplay('lhr')
    await stage.query(`insert into note (body) values ('seen at home')`)
    const seen = `select from note where body = 'seen at home'`
    const wroteNothing = [
      async ({ sql }: Pick<SessionAndSql, 'sql'>) =>
        await sql`select look() ${sql.unsafe(seen.slice(7))}`,
      async ({ sql }: Pick<SessionAndSql, 'sql'>) =>
        await sql`insert into note (body) values ('seen at home') on conflict do nothing`,
      async ({ sql }: Pick<SessionAndSql, 'sql'>) =>
        await sql.transaction([sql.query(seen), sql`update note set body = '' where false`]),
    ]
    for (const look of wroteNothing) {
      const first = clientIn('fra').session()
      await look(first)
      expect(await first.sql.query(seen)).toHaveLength(1)
      const later = clientIn('fra').session(await comesBack(first.session))
      expect(await later.sql.query(seen)).toHaveLength(1)
    }
  })

  test('who is told that a row is there already finds it, in the next request as well', async () => {
    await stage.pauseReplay('fra')
    await stage.pauseReplay('lhr')
    await stage.query(`insert into note (body) values ('there already')`)
    const first = clientIn('fra').session()
    await expect(first.sql`insert into note (body) values ('there already')`).rejects.toMatchObject(
      { sqlState: '23505' },
    )
    const found = `select id from note where body = 'there already'`
    const request = await comesBack(first.session)
    expect(await first.sql.query(found)).toHaveLength(1)
    expect(await clientIn('fra').session(request).sql.query(found)).toHaveLength(1)
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
    await stage.freezePrimary()
    try {
      const any = await sql.with({ freshness: 'any' })`select count(*) from note`
      expect(any.tide.source).toBe('replica')
      const write = sql.with({ timeoutMs: 300 })`insert into note (body) values ('void')`
      await expect(write).rejects.toMatchObject({ code: 'TIMEOUT', committed: 'unknown' })
      const strong = sql.with({ freshness: 'strong', timeoutMs: 300 })`select count(*) from note`
      await expect(strong).rejects.toMatchObject({ code: 'TIMEOUT', committed: 'no' })
    } finally {
      await stage.thawPrimary()
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
    await stage.pauseReplay('fra')
    await stage.pauseReplay('lhr')
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
