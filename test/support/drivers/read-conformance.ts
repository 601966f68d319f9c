/** What the answers to reads claim, and that it is true. */
import { expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { LSN_ZERO, parseLsn } from '../../../src/tide/lsn.ts'
import { toXid, type Xid } from '../../../src/tide/xid.ts'
import { failure, notesOf, query, type Trial } from './trial.ts'

export function readConformance(trial: Trial): void {
  test('values come as Postgres writes them, with their types', async () => {
    const { results } = await trial.read(trial.primary, '', {
      queries: [
        query(`select 1 as n, null as nothing, '{"a": 1}'::jsonb as j, true as t`),
        query(`select $1::int[] as list, $2::bytea as bytes`, [1, 2], new Uint8Array([1, 255])),
      ],
    })

    expect(results.map(({ rows }) => rows)).toEqual([
      [['1', null, '{"a": 1}', 't']],
      [['{1,2}', '\\x01ff']],
    ])
    expect(results[0]?.fields.map((field) => [field.name, field.dataTypeID])).toEqual([
      ['n', 23],
      ['nothing', 25],
      ['j', 3802],
      ['t', 16],
    ])
    expect(results[0]).toMatchObject({ command: 'SELECT', rowCount: 1 })
  })

  test('a standby does not claim a commit that it has not replayed, and shows all it claims', async () => {
    const { standby } = trial.geography
    await trial.geography.world.databases.caughtUp()
    await standby.pauseReplay()
    const written = await trial.note()
    const commit = await trial.positionOf(written)

    const behind = await trial.read(standby, notesOf(written.id))
    await standby.resumeReplay()

    expect(behind).toMatchObject({ role: 'standby', results: [{ rows: [] }] })
    expect(behind.lo).toSatisfy(({ lsn }) => lsn < commit)
    expect(behind.hi).toSatisfy((hi) => hi < commit)

    await standby.reached(commit)
    const caughtUp = await trial.read(standby, notesOf(written.id))
    expect(caughtUp.results[0]?.rows).toEqual([[String(written.id)]])
    expect(caughtUp.lo).toSatisfy(({ lsn }) => lsn >= commit)
    expect(caughtUp.hi).toSatisfy((hi) => hi >= commit)
  })

  test('a standby tells the clock of the last commit that it has replayed', async () => {
    const { standby } = trial.geography
    await standby.pauseReplay()
    const before = await trial.read(trial.primary, 'select 1')
    await trial.geography.beat()
    const held = await trial.read(standby, 'select 1')
    await standby.resumeReplay()
    await trial.geography.world.databases.caughtUp()
    const released = await trial.read(standby, 'select 1')

    expect(held.at).toBeLessThanOrEqual(before.at ?? 0)
    expect(released.at).toBeGreaterThanOrEqual(before.at ?? Infinity)
  })

  test('a subscriber claims nothing while a table is being copied to it', async () => {
    const { subscriber, world } = trial.geography
    const written = await trial.note()
    await trial.geography.beat()
    await world.databases.caughtUp()
    const table = `copied_${written.id}`
    await subscriber.query(`create table ${table} (id int primary key)`)
    await trial.primary.query(`create table ${table} (id int primary key)`)
    await trial.primary.query(`insert into ${table} values (1)`)
    const commit = await trial.primary.position()
    const blocker = await subscriber.connect()
    await blocker.query(`begin; lock table ${table} in share mode`)
    await subscriber.query(`alter subscription ${subscriber.subscription} refresh publication`)
    // It shows the heartbeat, and not the row.
    await trial.geography.beat()
    await until('the heartbeat', async () => {
      const [row] = await subscriber.query<{ lsn: string }>('select lsn from tidegate.tide')
      return parseLsn(row?.lsn ?? '0/0') >= commit
    })

    const copying = await trial.read(subscriber, `select id from ${table}`)
    expect(copying.results[0]?.rows).toEqual([])
    expect(copying).toMatchObject({ lo: { lsn: LSN_ZERO }, at: undefined })

    await blocker.query('commit')
    await blocker.end()
    const copied = await until('the copy', async () => {
      const answer = await trial.read(subscriber, `select id from ${table}`)
      return 'lsn' in answer.lo && answer.lo.lsn >= commit ? answer : undefined
    })
    expect(copied.results[0]?.rows).toEqual([['1']])
  })

  test('a subscriber claims what the heartbeat has brought, and no less than it shows above', async () => {
    const { subscriber } = trial.geography
    const written = await trial.note()
    const commit = await trial.positionOf(written)
    await trial.geography.beat()
    await trial.geography.world.databases.caughtUp()

    const answer = await trial.read(subscriber, notesOf(written.id))

    expect(answer).toMatchObject({
      role: 'subscriber',
      results: [{ rows: [[String(written.id)]] }],
    })
    expect(answer.lo).toSatisfy(({ lsn }) => lsn >= commit)
    expect(answer.hi).toSatisfy((hi) => 'lsn' in answer.lo && hi >= answer.lo.lsn)
    expect(answer.at).toBeGreaterThan(0)

    // Without a heartbeat the claim stands still, while what is shown moves on.
    const later = await trial.note()
    await trial.geography.world.databases.caughtUp()
    const ahead = await trial.read(subscriber, notesOf(later.id))
    expect(ahead.results[0]?.rows).toHaveLength(1)
    expect(ahead.lo).toEqual(answer.lo)
    const laterCommit = await trial.positionOf(later)
    if (later.commit && 'lsn' in later.commit) {
      expect(ahead.hi).toSatisfy((hi) => hi >= laterCommit)
    }
  })

  test('a subscriber whose worker has stopped knows as before what it may show', async () => {
    const { subscriber } = trial.geography
    await trial.note()
    await trial.geography.beat()
    await trial.geography.world.databases.caughtUp()
    const before = await trial.read(subscriber, 'select 1')

    await subscriber.pauseReplay()
    const stopped = await trial.read(subscriber, 'select 1')
    await subscriber.resumeReplay()

    expect(stopped.hi).toSatisfy((hi) => hi >= (before.hi ?? Infinity))
    expect(stopped.lo).toEqual(before.lo)
  })

  test('a role that may not see the progress of replication reads a subscriber without an upper bound', async () => {
    const { subscriber } = trial.geography
    await subscriber.query(`create role reader login password 'reader'`)
    await subscriber.query('grant usage on schema tidegate to reader')
    await subscriber.query('grant select on all tables in schema tidegate to reader')
    const target = trial.subject.target(subscriber)
    const url = new URL(subscriber.url())
    Object.assign(url, { username: 'reader', password: 'reader' })
    const work = { queries: [query('select 1')], xids: [], signal: new AbortController().signal }
    const asReader = { ...target, name: 'as reader', url: url.href }

    for (let i = 0; i < 2; i++) {
      const answer = await trial.subject.driver.read(asReader, work)
      expect(answer).toMatchObject({ results: [{ rows: [['1']] }], hi: undefined })
    }
    await subscriber.query(
      'grant execute on function pg_show_replication_origin_status() to reader',
    )
    // A driver remembers by the node's name, the gateway by the connection string.
    url.searchParams.set('application_name', 'granted')
    const asGranted = { ...asReader, name: 'granted', url: url.href }
    const granted = await trial.subject.driver.read(asGranted, work)
    expect(granted.hi).toBeDefined()

    const denied = { ...work, queries: [query('select from note')] }
    expect(await failure(trial.subject.driver.read(asReader, denied))).toMatchObject({
      failure: 'sql',
      sqlState: '42501',
    })
  })

  test('the primary claims decided transactions, not a position', async () => {
    const written = await trial.note()

    const answer = await trial.read(trial.primary, `select xmin from note where id = ${written.id}`)

    expect(answer.role).toBe('primary')
    const xid = BigInt(answer.results[0]?.rows[0]?.[0] ?? 0)
    expect(answer.lo).toSatisfy(({ xmin }) => xmin > xid)
    const commit = await trial.positionOf(written)
    if (written.commit && 'lsn' in written.commit) expect(answer.hi).toSatisfy((hi) => hi >= commit)
    expect(answer.timeline).toBe(1)
  })

  test('while a transaction is open on the primary, its id is not claimed as decided', async () => {
    const client = await trial.primary.connect()
    await client.query('begin')
    const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id()::text as xid')
    const open = BigInt(rows[0]?.xid ?? 0)

    const { lo, shown } = await trial.read(trial.primary, 'select 1', { xids: [toXid(open)] })
    await client.query('rollback')
    await client.end()

    expect(lo).toSatisfy(({ xmin }) => xmin <= open)
    expect(shown).toEqual([])
  })

  test('of the asked transactions those are shown whose commit came before, and ids of the future are no error', async () => {
    const { standby, subscriber } = trial.geography
    const future = toXid(1n << 40n)
    await trial.geography.world.databases.caughtUp()
    await standby.pauseReplay()
    const { id } = await trial.note()
    const [row] = await trial.primary.query<{ xmin: string }>(
      `select xmin from note where id = ${id}`,
    )
    const xids: Xid[] = [toXid(BigInt(row?.xmin ?? 0)), future]
    const [xid] = xids

    const onPrimary = await trial.read(trial.primary, 'select 1', { xids })
    const paused = await trial.read(standby, notesOf(id), { xids })
    await standby.resumeReplay()

    expect(onPrimary.shown).toEqual([xid])
    expect(paused).toMatchObject({ shown: [], results: [{ rows: [] }] })
    await trial.geography.world.databases.caughtUp()
    const replayed = await trial.read(standby, notesOf(id), { xids })
    expect(replayed).toMatchObject({ shown: [xid], results: [{ rows: [[String(id)]] }] })
    expect((await trial.read(subscriber, 'select 1', { xids })).shown).toEqual([])
  })

  test('a read that writes is refused by every role, and nothing is written', async () => {
    const { standby, subscriber } = trial.geography
    for (const node of [trial.primary, standby, subscriber]) {
      const error = await failure(trial.read(node, `insert into note values (-1, 'never')`))
      expect(error).toMatchObject({ failure: 'sql', sqlState: '25006', committed: 'no' })
      expect((await trial.read(node, notesOf(-1))).results[0]?.rows).toEqual([])
    }
  })

  test('reads of one snapshot are stamped with what holds for that snapshot', async () => {
    const { standby, subscriber } = trial.geography
    const written = await trial.note()
    const commit = await trial.positionOf(written)
    const [row] = await trial.primary.query<{ xmin: string }>(
      `select xmin from note where id = ${written.id}`,
    )
    const xids = [toXid(BigInt(row?.xmin ?? 0))]
    await trial.geography.beat()
    await trial.geography.world.databases.caughtUp()

    for (const node of [trial.primary, standby, subscriber]) {
      const answer = await trial.read(node, '', {
        queries: [query(notesOf(written.id)), query('show transaction_isolation')],
        transaction: { isolationLevel: 'RepeatableRead' },
        xids,
      })
      expect(answer.role).toBe(node.role)
      expect(answer.results.map(({ rows }) => rows)).toEqual([
        [[String(written.id)]],
        [['repeatable read']],
      ])
      expect(answer.shown).toEqual(node.role === 'subscriber' ? [] : xids)
      expect(answer.lo).toSatisfy((lo) =>
        node.role === 'primary' ? lo.xmin > (xids[0] ?? 0n) : lo.lsn >= commit,
      )
    }
  })

  test('the statements of a read see what was committed between them, unless asked not to', async () => {
    const { results } = await trial.read(trial.primary, 'show transaction_isolation')
    expect(results[0]?.rows).toEqual([['read committed']])
  })
}
