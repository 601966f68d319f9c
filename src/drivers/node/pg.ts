/**
 * The driver for Node servers: Postgres over TCP, one pool per node. Statements are pipelined, so a
 * read is two round trips (its beginning, then the rest) and a single autocommitted write is one,
 * with the position after the commit in it. A transaction's beginning is waited for: were it refused,
 * what follows would run outside of any transaction, and not read-only.
 */
import type { Driver, ReadAnswer, ReadWork, Target, Work, WriteAnswer } from '../driver.ts'
import { toDriverError } from '../failure.ts'
import { OriginProgress } from '../origin-progress.ts'
import { COMMITTED_STATEMENT, readCommitted, readWrote, WRITE_STATEMENT } from '../positions.ts'
import { planRead, toReadAnswer } from '../reading.ts'
import { beginStatement } from '../transaction-sql.ts'
import { encode } from './encode.ts'
import { type Connection, statement, withConnection } from './lease.ts'
import { type PoolOptions, Pools } from './pools.ts'

export type { PoolOptions } from './pools.ts'

export interface PgDriver extends Driver, AsyncDisposable {
  /** Waits for the connections in use and closes all. */
  end(): Promise<void>
}

/** @param options of each pool, as `pg` takes them. */
export function pgDriver(options: PoolOptions = {}): PgDriver {
  const pools = new Pools(options)
  const progress = new OriginProgress()

  async function run<T>(
    target: Target,
    { signal }: Work,
    writes: boolean,
    work: (connection: Connection, onCommitted: () => void) => Promise<T>,
  ): Promise<T> {
    let sent = false
    let committed = false
    try {
      signal.throwIfAborted()
      const pool = await pools.of(target)
      const onSent = (): void => void (sent = true)
      const onCommitted = (): void => void (committed = true)
      return await withConnection(pool, signal, onSent, (each) => work(each, onCommitted))
    } catch (error) {
      throw toDriverError(error, { node: target.name, writes, sent, committed, signal })
    }
  }

  const end = async (): Promise<void> => await pools.end()

  return {
    async read(target, asked) {
      const work = { ...asked, queries: encode(asked.queries) }
      return await progress.ask(target.name, async (originProgress) => {
        return await run(target, work, false, async (connection) => {
          return await read(connection, target, work, originProgress)
        })
      })
    },
    async write(target, asked) {
      const work = { ...asked, queries: encode(asked.queries) }
      return await run(target, work, true, async (connection, onCommitted) => {
        return work.transaction
          ? await writeTransaction(connection, work, onCommitted)
          : await writeAlone(connection, work, onCommitted)
      })
    },
    end,
    [Symbol.asyncDispose]: end,
  }
}

async function read(
  connection: Connection,
  target: Target,
  work: ReadWork,
  originProgress: boolean,
): Promise<ReadAnswer> {
  const plan = planRead(target.role, work, originProgress)
  const begin = statement(beginStatement(plan.transaction))
  const ask = statement(plan.before)
  const opening = await connection.send(plan.beforeBegins ? [ask, begin] : [begin, ask])
  const rest = await connection.send([...work.queries, statement(plan.after), statement('commit')])
  return toReadAnswer(target, work, plan, {
    before: opening[plan.beforeBegins ? 0 : 1],
    results: rest.slice(0, work.queries.length),
    after: rest[work.queries.length],
  })
}

/** The second statement is sent with the first and begins when that has been committed. */
async function writeAlone(
  connection: Connection,
  { queries }: Work,
  onCommitted: () => void,
): Promise<WriteAnswer> {
  const sent = await connection.send([...queries, statement(COMMITTED_STATEMENT)], (_, index) => {
    if (index === 0) onCommitted()
  })
  const { lsn, timeline } = readCommitted(sent.at(-1))
  return { results: sent.slice(0, -1), commit: { lsn }, timeline }
}

async function writeTransaction(
  connection: Connection,
  { queries, transaction }: Work,
  onCommitted: () => void,
): Promise<WriteAnswer> {
  await connection.send([statement(beginStatement(transaction))])
  const sent = await connection.send(
    [...queries, ...[WRITE_STATEMENT, 'commit', COMMITTED_STATEMENT].map(statement)],
    ({ command }) => {
      // A transaction that has failed answers a commit with ROLLBACK.
      if (command === 'COMMIT') onCommitted()
    },
  )
  const results = sent.slice(0, queries.length)
  const { xid, waitsForFlush, seen } = readWrote(sent[queries.length])
  const { lsn, timeline } = readCommitted(sent.at(-1), waitsForFlush)
  return { results, timeline, ...(xid === undefined ? { seen } : { commit: { lsn } }) }
}
