/**
 * The default driver: Postgres over HTTP, through the official Neon driver. It needs nothing but
 * `fetch`. Its other end is Neon itself or, where the target says so, our gateway.
 */
import { isTidegateError } from '../errors.ts'
import { DriverError } from './driver-error.ts'
import type { Driver, ReadAnswer, ReadWork, Target, Work, WriteAnswer } from './driver.ts'
import { toDriverError, sqlStateOf } from './failure.ts'
import { isBehind, readFromGateway, writeToGateway } from './gateway-exchange.ts'
import { type Fetch, type NeonReply, type NeonRequest, sendNeon } from './neon-request.ts'
import { OriginProgress } from './origin-progress.ts'
import { COMMITTED_STATEMENT, readCommitted, readWrote, WRITE_STATEMENT } from './positions.ts'
import { planRead, toReadAnswer } from './reading.ts'

export interface NeonDriverOptions {
  /**
   * How a write's position is learnt where no gateway tells it.
   * - `xid`: in the same request, as the last statement of its transaction. No extra round trip from
   *   the edge; a single statement becomes a transaction, four exchanges beside the database for
   *   one. Standbys and the primary can be asked for the transaction, subscribers cannot: on them
   *   the session reads nothing until the position is known.
   * - `lsn`: in a second request after the commit. One more round trip to the primary for each write
   *   that wrote, and every kind of replica can be compared at once.
   *
   * `docs/drivers.md` has the figures.
   * @default 'xid'
   */
  readonly commitPosition?: 'xid' | 'lsn' | undefined
  /** @default the app's `neonConfig.fetchFunction`, or else the global `fetch` */
  readonly fetch?: Fetch | undefined
}

export type Send = (
  request: Pick<NeonRequest, 'queries' | 'transaction' | 'headers'>,
) => Promise<NeonReply>

interface Exchange {
  readonly send: Send
  /** From now on a failure does not mean that the write may be missing. */
  readonly onCommitted: () => void
}

export function neonDriver({ commitPosition = 'xid', fetch }: NeonDriverOptions = {}): Driver {
  const progress = new OriginProgress()

  async function exchange<T>(
    target: Target,
    { signal }: Work,
    writes: boolean,
    run: (exchange: Exchange) => Promise<T>,
  ): Promise<T> {
    let sent = false
    let committed = false
    const onSent = (): void => void (sent = true)
    const onCommitted = (): void => void (committed = true)
    try {
      signal.throwIfAborted()
      const send: Send = (request) => sendNeon({ ...request, target, signal, fetch, onSent })
      return await run({ send, onCommitted })
    } catch (error) {
      if (isBehind(error)) throw behind(target, error)
      if (isTidegateError(error, 'STATEMENT_REFUSED')) throw error
      throw toDriverError(error, { node: target.name, writes, sent, committed, signal })
    }
  }

  return {
    async read(target, work) {
      return await exchange(target, work, false, async ({ send }) => {
        if (target.gateway) return await readFromGateway(target, work, send)
        if (target.role !== 'subscriber') return await read(target, work, send, false)
        return await progress.ask(target.name, async (originProgress) => {
          return await read(target, work, send, originProgress)
        })
      })
    },
    async write(target, work) {
      return await exchange(target, work, true, async ({ send, onCommitted }) => {
        if (target.gateway) return await writeToGateway(work, send)
        return commitPosition === 'xid'
          ? await writeForXid(work, { send, onCommitted })
          : await writeForLsn(work, { send, onCommitted })
      })
    },
  }
}

function behind({ name }: Target, cause: unknown): DriverError {
  return new DriverError('behind', `${name} does not have the position that was asked for.`, {
    committed: 'no',
    cause,
  })
}

function statement(text: string): Work['queries'][number] {
  return { text, params: [] }
}

async function read(
  target: Target,
  work: ReadWork,
  send: Send,
  originProgress: boolean,
): Promise<ReadAnswer> {
  const plan = planRead(target.role, work, originProgress)
  const before = statement(plan.before)
  const opening = plan.beforeBegins ? (await send({ queries: [before] })).results : []
  const { results } = await send({
    queries: [...(plan.beforeBegins ? [] : [before]), ...work.queries, statement(plan.after)],
    transaction: plan.transaction,
  })
  const all = [...opening, ...results]
  return toReadAnswer(target, work, plan, {
    before: all[0],
    results: all.slice(1, -1),
    after: all.at(-1),
  })
}

/** What Postgres says of statements that cannot run inside a transaction. They have done nothing. */
const needsNoTransaction = new Set(['25001', '2D000'])

async function writeForXid(work: Work, exchange: Exchange): Promise<WriteAnswer> {
  try {
    const { results } = await exchange.send({
      queries: [...work.queries, statement(WRITE_STATEMENT)],
      transaction: work.transaction ?? {},
    })
    const { xid, timeline, seen } = readWrote(results.at(-1))
    const answer = { results: results.slice(0, -1), timeline }
    return xid === undefined ? { ...answer, seen } : { ...answer, commit: { xid } }
  } catch (error) {
    if (work.transaction || !needsNoTransaction.has(sqlStateOf(error) ?? '')) throw error
    return await writeForLsn(work, exchange)
  }
}

async function writeForLsn(
  { queries, transaction }: Work,
  { send, onCommitted }: Exchange,
): Promise<WriteAnswer> {
  const { results } = await send({
    queries: transaction ? [...queries, statement(WRITE_STATEMENT)] : queries,
    transaction,
  })
  onCommitted()
  if (!transaction) return { results, ...(await commitPositionOf(send)) }
  const { xid, timeline, waitsForFlush, seen } = readWrote(results.at(-1))
  const answer = { results: results.slice(0, -1), timeline }
  return xid === undefined
    ? { ...answer, seen }
    : { ...answer, ...(await commitPositionOf(send, waitsForFlush)) }
}

async function commitPositionOf(
  send: Send,
  waitsForFlush?: boolean,
): Promise<Pick<WriteAnswer, 'commit' | 'timeline'>> {
  const { results } = await send({ queries: [statement(COMMITTED_STATEMENT)] })
  const { lsn, timeline } = readCommitted(results[0], waitsForFlush)
  return { commit: { lsn }, timeline }
}
