/**
 * A driver as somebody might write one in an afternoon, with what `tidegate/driver` gives and nothing
 * else: a connection of its own for each work, one statement after the other.
 */
import { Client } from 'pg'

import {
  beginStatement,
  COMMITTED_STATEMENT,
  type Driver,
  OriginProgress,
  planRead,
  type Query,
  type RawResult,
  readCommitted,
  readWrote,
  type Target,
  toDriverError,
  toReadAnswer,
  unsendable,
  type Work,
  WRITE_STATEMENT,
} from '../../../src/drivers/index.ts'

type Ask = (text: string, params?: readonly unknown[]) => Promise<RawResult>

const types = { getTypeParser: () => (text: string) => text }

async function connect(url: Target['url'], signal: AbortSignal, onSent: () => void) {
  const connectionString = typeof url === 'string' ? url : await url()
  const client = new Client({ connectionString })
  // Of a lost connection the statement that waits on it tells.
  client.on('error', () => {})
  signal.addEventListener('abort', () => void client.end())
  await client.connect()
  const ask: Ask = async (text, params = []) => {
    onSent()
    const config = { text, values: [...params], rowMode: 'array' as const, types }
    const extended = { ...config, queryMode: 'extended' }
    const { fields, rows, command, rowCount } = await client.query<(string | null)[]>(extended)
    signal.throwIfAborted()
    return { fields, rows, command, rowCount }
  }
  return { ask, end: () => client.end() }
}

async function askAll(ask: Ask, queries: readonly Query[]): Promise<RawResult[]> {
  const results: RawResult[] = []
  for (const { text, params } of queries) results.push(await ask(text, params))
  return results
}

async function run<T>(
  target: Target,
  { signal, queries }: Work,
  writes: boolean,
  work: (ask: Ask, onCommitted: () => void) => Promise<T>,
): Promise<T> {
  checkValues(queries)
  let [sent, committed] = [false, false]
  try {
    signal.throwIfAborted()
    const { ask, end } = await connect(target.url, signal, () => void (sent = true))
    try {
      return await work(ask, () => void (committed = true))
    } finally {
      await end()
    }
  } catch (error) {
    throw toDriverError(error, { node: target.name, writes, sent, committed, signal })
  }
}

/** `pg` writes the values; what it could not write must be found before anything is sent. */
function checkValues(queries: readonly Query[]): void {
  try {
    for (const value of queries.flatMap(({ params }) => params)) {
      if (typeof value === 'object') JSON.stringify(value)
    }
  } catch (error) {
    throw unsendable(error)
  }
}

const progress = new OriginProgress()

export const plainDriver: Driver = {
  async read(target, asked) {
    return await progress.ask(target.name, async (originProgress) => {
      return await run(target, asked, false, async (ask) => {
        const plan = planRead(target.role, asked, originProgress)
        const begin = beginStatement(plan.transaction)
        const early = plan.beforeBegins ? await ask(plan.before) : undefined
        await ask(begin)
        const before = early ?? (await ask(plan.before))
        const results = await askAll(ask, asked.queries)
        const after = await ask(plan.after)
        await ask('commit')
        return toReadAnswer(target, asked, plan, { before, results, after })
      })
    })
  },

  async write(target, asked) {
    const { transaction, queries } = asked
    return await run(target, asked, true, async (ask, onCommitted) => {
      if (transaction) await ask(beginStatement(transaction))
      const results = await askAll(ask, queries)
      const wrote = transaction && readWrote(await ask(WRITE_STATEMENT))
      if (transaction) await ask('commit')
      onCommitted()
      const { lsn, timeline } = readCommitted(await ask(COMMITTED_STATEMENT), wrote?.waitsForFlush)
      const isIdle = wrote !== undefined && wrote.xid === undefined
      return { results, timeline, ...(isIdle ? { seen: wrote.seen } : { commit: { lsn } }) }
    })
  },
}
