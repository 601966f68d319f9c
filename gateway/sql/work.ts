/**
 * From a request to the units of statements that answer it, and from their results to the answer: with
 * the statements around the caller's that tell where a node stands, where that is asked for.
 */
import type { ReadAnswer, TransactionOptions, WriteAnswer } from '../../src/drivers/driver.ts'
import {
  COMMITTED_STATEMENT,
  readCommitted,
  readWrote,
  WRITE_STATEMENT,
} from '../../src/drivers/positions.ts'
import { planRead, toReadAnswer } from '../../src/drivers/reading.ts'
import { beginStatement } from '../../src/drivers/transaction-sql.ts'
import type { NodeConfig } from '../nodes.ts'
import type { Asked } from '../positions/asked.ts'
import { type Segment, KeptResult, bare, type Statement } from '../postgres/statement.ts'
import { JsonResult } from '../protocol/json-result.ts'
import { Refusal } from '../protocol/refusal.ts'
import type { SqlRequest } from '../protocol/request.ts'

export interface WorkContext {
  readonly node: NodeConfig
  readonly request: SqlRequest
  readonly asked: Asked
  /** Whether this role may see how far a subscriber's origin has come. */
  readonly originProgress: boolean
  readonly maxResponseBytes: number
}

/** What the answer says of positions, before anybody knows in which epoch they lie. */
export type Found =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'read'; readonly answer: Omit<ReadAnswer, 'results'> }
  | { readonly kind: 'write'; readonly answer: Written }

export type Written = Partial<ReturnType<typeof readCommitted>> & Pick<WriteAnswer, 'seen'>

export interface Work {
  readonly segments: readonly Segment[]
  /** Called once all segments have been answered. */
  found(): Found
  body(): string
  /** Whether something of it may be in the database although it failed. */
  mayHaveCommitted(): boolean
}

export function planWork(context: WorkContext): Work {
  const results = new Results(context)
  return {
    ...planParts(context, results.statements),
    body: () => results.toJson(),
    mayHaveCommitted: () => results.committed,
  }
}

function isReadOnly({ transaction }: SqlRequest, { readOnly }: Asked): boolean {
  return readOnly || transaction?.readOnly === true
}

export function isPositionedRead(request: SqlRequest, asked: Asked): boolean {
  return asked.positions && isReadOnly(request, asked)
}

type Parts = Pick<Work, 'segments' | 'found'>

function planParts(context: WorkContext, statements: readonly Statement[]): Parts {
  const { request, asked } = context
  if (!asked.positions) return planPlain(request, statements, isReadOnly(request, asked))
  return isReadOnly(request, asked)
    ? planPositionedRead(context, statements)
    : planPositionedWrite(context, statements)
}

function planPlain(
  { transaction }: SqlRequest,
  statements: readonly Statement[],
  readOnly: boolean,
): Parts {
  const segment =
    transaction || readOnly ? within({ ...transaction, readOnly }, statements) : statements
  return { segments: [segment], found: foundNothing }
}

function foundNothing(): Found {
  return { kind: 'nothing' }
}

function planPositionedRead(
  { node, request: { transaction }, asked: { xids }, originProgress }: WorkContext,
  statements: readonly Statement[],
): Parts {
  const plan = planRead(node.role, { xids, transaction }, originProgress)
  const [before, after] = [new KeptResult(), new KeptResult()]
  const ask = bare(plan.before, before)
  const last = bare(plan.after, after)
  return {
    segments: plan.beforeBegins
      ? [[ask], within(plan.transaction, [...statements, last])]
      : [within(plan.transaction, [ask, ...statements, last])],
    found() {
      const parts = { before: before.result, results: [], after: after.result }
      const { results: _, ...answer } = toReadAnswer(node, { xids, transaction }, plan, parts)
      return { kind: 'read', answer }
    },
  }
}

/** After the commit, on the same connection: inside the transaction a position would precede it. */
function planPositionedWrite(
  { node, request: { transaction } }: WorkContext,
  statements: readonly Statement[],
): Parts {
  const [wrote, committed] = [new KeptResult(), new KeptResult()]
  const after: Segment[] = [[bare(COMMITTED_STATEMENT, committed)]]
  const first = transaction
    ? within(transaction, [...statements, bare(WRITE_STATEMENT, wrote)])
    : statements
  return {
    // A subscriber's own positions are of another sea: they are never told.
    segments: node.role === 'subscriber' ? [first] : [first, ...after],
    found() {
      if (node.role === 'subscriber') return { kind: 'write', answer: {} }
      if (!transaction) return { kind: 'write', answer: readCommitted(committed.result) }
      const { xid, waitsForFlush, timeline, seen } = readWrote(wrote.result)
      if (xid === undefined) return { kind: 'write', answer: { timeline, seen } }
      return { kind: 'write', answer: readCommitted(committed.result, waitsForFlush) }
    },
  }
}

function within(transaction: TransactionOptions, statements: readonly Statement[]): Segment {
  return [bare(beginStatement(transaction)), ...statements, bare('commit')]
}

/** The caller's own statements, their results written as JSON as they come. */
class Results {
  readonly statements: readonly Statement[]
  readonly #sinks: readonly JsonResult[]
  readonly #single: boolean

  constructor({ request: { queries, transaction, rawText }, maxResponseBytes }: WorkContext) {
    let bytesLeft = maxResponseBytes
    const onBytes = (bytes: number): void => {
      bytesLeft -= bytes
      if (bytesLeft < 0) {
        throw new Refusal(507, `response is too large (max is ${maxResponseBytes} bytes)`)
      }
    }
    this.#single = transaction === undefined
    this.#sinks = queries.map(({ arrayMode }) => new JsonResult({ arrayMode, rawText, onBytes }))
    this.statements = queries.map(({ text, values }, index) => ({
      text,
      values,
      sink: this.#sinks[index],
    }))
  }

  /** A commit among the statements themselves. */
  get committed(): boolean {
    return this.#sinks.some(({ command }) => command === 'COMMIT')
  }

  toJson(): string {
    const results = this.#sinks.map((sink) => sink.toJson()).join()
    return this.#single ? results : `{"results":[${results}]}`
  }
}
