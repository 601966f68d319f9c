/**
 * The hazards of the library under the stream, H1 to H14 of what was found of it, each on a real
 * server. Each of them has lost a commit, a connection or a process somewhere.
 */
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { ReplicationStream, type StreamOptions } from '../../../cdc-consumer/replication/stream.ts'
import { type Commit, TransactionReader } from '../../../cdc-consumer/tags/transaction-reader.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { type Lsn, LSN_ZERO, parseLsn } from '../../../src/tide/lsn.ts'
import { LogicalSlot } from '../../support/logical-slot.ts'

let world: World
let a: Client
let b: Client

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: {} },
    distanceScale: 0,
    schema: `create table note (id text primary key);
      create publication roots for all tables with (publish_via_partition_root = true)`,
  })
  await world.primary.query(`select pg_create_physical_replication_slot('physical')`)
  await world.primary.set({ autovacuum: 'off' })
  a = await world.primary.connect()
  b = await world.primary.connect()
})

afterAll(async () => await world?.stop())

interface Entry {
  readonly kind: 'commit' | 'keepalive'
  readonly lsn: Lsn
}

/** A stream that notes what comes, in the order in which it does. */
class Listener implements AsyncDisposable {
  readonly heard: Entry[] = []
  readonly stream: ReplicationStream
  readonly ended: Promise<unknown>

  constructor(slot: string, options: Partial<StreamOptions> = {}) {
    const reader = new TransactionReader({
      schema: { describe: ({ schema, name }) => [{ table: { schema, name }, keys: [] }] },
      onCommit: ({ endLsn }: Commit) => this.heard.push({ kind: 'commit', lsn: endLsn }),
    })
    this.stream = new ReplicationStream({
      connection: { connectionString: world.primary.url() },
      slot,
      publication: 'tidegate',
      silenceMs: 4_000,
      onServer: () => {},
      onMessage: (message) => reader.read(message),
      onKeepalive: (lsn) => this.heard.push({ kind: 'keepalive', lsn }),
      ...options,
    })
    this.ended = this.stream.run().then(
      () => 'closed',
      (error: unknown) => error,
    )
  }

  get commits(): Lsn[] {
    return this.heard.filter(({ kind }) => kind === 'commit').map(({ lsn }) => lsn)
  }

  async count(commits: number): Promise<readonly Lsn[]> {
    return await until(`${commits} commits`, () => this.commits.length >= commits && this.commits)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stream.close()
    await this.ended
    // The server lets go of the slot a moment later.
    await until('the slot to be free', async () => {
      const held = await world.primary.query(
        `select from pg_stat_replication where application_name = 'tidegate consumer'`,
      )
      return held.length === 0
    })
  }
}

async function write(): Promise<void> {
  await a.query('insert into note values (gen_random_uuid())')
}

interface Reply {
  readonly replied: string
  readonly confirmed: string
}

async function reply(slot: LogicalSlot): Promise<Reply | undefined> {
  const [row] = await world.primary.query<Reply>(
    `select r.reply_time::text as replied, s.confirmed_flush_lsn::text as confirmed
     from pg_replication_slots s join pg_stat_replication r on r.pid = s.active_pid
     where s.slot_name = $1 and r.reply_time is not null`,
    [slot.name],
  )
  return row
}

test('H1, H8: what is not confirmed stays so, however often the server hears from us', async () => {
  await world.primary.set({ wal_sender_timeout: '1s' })
  await using slot = await LogicalSlot.on(world.primary)
  await using listener = new Listener(slot.name, { silenceMs: undefined })
  await write()
  const [commit = LSN_ZERO] = await listener.count(1)
  const replies = new Set<string>()
  await until('many replies, over more than the timeout', async () => {
    const row = await reply(slot)
    if (row) replies.add(row.replied)
    return replies.size > 12
  })
  expect(parseLsn((await reply(slot))?.confirmed ?? '')).toBeLessThan(commit)
  await world.primary.set({ wal_sender_timeout: null })
})

test('H2: a commit that starts where a confirmed one ends is sent again', async () => {
  await using slot = await LogicalSlot.on(world.primary)
  const [first, second] = await until('two commits whose records touch', async () => {
    await a.query(`begin; insert into note values (gen_random_uuid())`)
    await b.query(`begin; insert into note values (gen_random_uuid())`)
    await a.query('commit')
    await b.query('commit')
    const [one, two] = (await slot.transactions()).slice(-2)
    return one && two && one.endLsn === two.commitLsn && [one, two]
  })
  {
    await using listener = new Listener(slot.name)
    await until('both', () => listener.commits.includes(second.endLsn))
    listener.stream.confirm(first.endLsn)
    await until('the confirmation', async () => {
      const row = await reply(slot)
      return row && parseLsn(row.confirmed) === first.endLsn
    })
  }
  await using again = new Listener(slot.name)
  expect((await again.count(1))[0]).toBe(second.endLsn)
})

test('H3: a new connection is sent all that was not confirmed', async () => {
  await using slot = await LogicalSlot.on(world.primary)
  await write()
  const heard = await (async () => {
    await using listener = new Listener(slot.name)
    return await listener.count(1)
  })()
  await using again = new Listener(slot.name)
  expect(await again.count(1)).toEqual(heard)
})

test('H4, H5: commits come in order, and no keepalive is past one that is still to come', async () => {
  await using slot = await LogicalSlot.on(world.primary)
  await using listener = new Listener(slot.name)
  for (let round = 0; round < 60; round += 1) {
    await a.query(`begin; insert into note values (gen_random_uuid())`)
    await b.query(`insert into note select gen_random_uuid() from generate_series(1, 200)`)
    await a.query('commit')
  }
  await listener.count(120)
  const { commits, heard } = listener
  expect(commits).toEqual(commits.toSorted((x, y) => (x < y ? -1 : 1)))
  for (const [index, entry] of heard.entries()) {
    if (entry.kind === 'commit') continue
    const later = heard.slice(index).filter(({ kind }) => kind === 'commit')
    expect(later.every(({ lsn }) => lsn > entry.lsn)).toBe(true)
  }
})

test('H6, H10: what cannot be taken ends the stream, is not confirmed, and comes again', async () => {
  await using slot = await LogicalSlot.on(world.primary)
  await write()
  {
    await using listener = new Listener(slot.name, {
      onMessage: () => {
        throw new RangeError('not readable')
      },
    })
    expect(await listener.ended).toMatchObject({ problem: 'unreadable' })
  }
  await using again = new Listener(slot.name)
  expect(await again.count(1)).toHaveLength(1)
})

test('H7: a connection that is swallowed is given up', async () => {
  await using slot = await LogicalSlot.on(world.primary)
  await using listener = new Listener(slot.name, {
    connection: { connectionString: world.primary.url('fra') },
    silenceMs: 1_000,
  })
  await write()
  await listener.count(1)
  const link = world.link('iad', 'fra')
  link.cut({ how: 'stall' })
  expect(await listener.ended).toMatchObject({ problem: 'silent' })
  link.heal()
})

test('H9: a slot that is held is told of, and no connection is left behind', async () => {
  await using slot = await LogicalSlot.on(world.primary)
  await using holder = new Listener(slot.name)
  await write()
  await holder.count(1)
  const second = new Listener(slot.name)
  expect(await second.ended).toMatchObject({ problem: 'slot-held', sqlState: '55006' })
  await until('one connection', async () => {
    const open = await world.primary.query(
      `select from pg_stat_activity where application_name = 'tidegate consumer'`,
    )
    return open.length === 1
  })
})

test('H12: while the stream is paused the server waits, and then all comes', async () => {
  await using slot = await LogicalSlot.on(world.primary)
  await using listener = new Listener(slot.name)
  await write()
  await listener.count(1)
  listener.stream.pause()
  // Far more than the sockets between hold.
  for (let round = 0; round < 20; round += 1) {
    await a.query(`insert into note select gen_random_uuid() || repeat('x', 500)
                   from generate_series(1, 4000)`)
  }
  await until('the server to wait', async () => {
    const waiting = await world.primary.query(
      `select from pg_stat_activity where backend_type = 'walsender'
         and application_name = 'tidegate consumer' and wait_event = 'WalSenderWriteData'`,
    )
    return waiting.length === 1
  })
  expect(listener.commits.length).toBeLessThan(21)
  listener.stream.resume()
  expect(await listener.count(21)).toHaveLength(21)
})

test('H13: it can be closed from within, and then nothing more comes', async () => {
  await using slot = await LogicalSlot.on(world.primary)
  let messages = 0
  await using listener = new Listener(slot.name, {
    onMessage: () => {
      messages += 1
      listener.stream.close()
    },
  })
  await a.query('insert into note select gen_random_uuid() from generate_series(1, 5000)')
  expect(await listener.ended).toBe('closed')
  expect(messages).toBe(1)
})

test.each([
  ['a slot that is missing', { slot: 'nobody_made_it' }, 'slot-missing'],
  ['a publication that is missing', { publication: 'nobody_made_it' }, 'publication-missing'],
  ['a publication of roots', { publication: 'roots' }, 'publication-unfit'],
  ['a slot that is not logical', { slot: 'physical' }, 'slot-unfit'],
] as const)('%s is told of by name', async (_, options, problem) => {
  await using slot = await LogicalSlot.on(world.primary)
  const listener = new Listener(slot.name, options)
  expect(await listener.ended).toMatchObject({ code: 'REPLICATION_FAILED', problem })
})

test('a slot that is still being made is told of by name: where it will begin nobody knows', async () => {
  await using slot = await LogicalSlot.on(world.primary)
  await a.query('begin; select pg_current_xact_id()')
  const making = b.query(`select pg_create_logical_replication_slot('unfinished', 'pgoutput')`)
  await until('the slot to be seen', async () => {
    const seen = await world.primary.query(
      `select from pg_replication_slots where slot_name = 'unfinished' and confirmed_flush_lsn is null`,
    )
    return seen.length === 1
  })
  const listener = new Listener(slot.name, { slot: 'unfinished' })
  expect(await listener.ended).toMatchObject({ problem: 'slot-unfinished' })
  await a.query('commit')
  await making
  await b.query(`select pg_drop_replication_slot('unfinished')`)
})

test('a wrong password is told of by name', async () => {
  const url = new URL(world.primary.url())
  url.password = 'wrong'
  const listener = new Listener('any', { connection: { connectionString: url.href } })
  expect(await listener.ended).toMatchObject({ problem: 'forbidden', sqlState: '28P01' })
})
