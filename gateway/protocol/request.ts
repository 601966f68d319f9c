/** What a request asks for: its body and the headers that say how it is to be run and answered. */
import type { IsolationLevel, TransactionOptions } from '../../src/drivers/driver.ts'
import { type Parameter, toParameter } from './parameters.ts'
import { Refusal } from './refusal.ts'

export interface SqlQuery {
  readonly text: string
  readonly values: readonly Parameter[]
  /** Rows as arrays rather than objects. */
  readonly arrayMode: boolean
}

export interface SqlRequest {
  readonly queries: readonly SqlQuery[]
  /** Absent: the one query, autocommitted. */
  readonly transaction: TransactionOptions | undefined
  /** Values as Postgres writes them, rather than as JSON's own types where it has them. */
  readonly rawText: boolean
}

/** One header of a request; several of one name come joined by commas, as in `Headers`. */
export type ReadHeader = (name: string) => string | undefined

/** The protocol counts them in 16 bits. */
const MOST_PARAMETERS = 65_535

export function readRequest(body: string, header: ReadHeader): SqlRequest {
  const arrayMode = header('neon-array-mode') === 'true'
  const rawText = header('neon-raw-text-output') === 'true'
  const parsed = parseJson(body)
  if ('query' in parsed) {
    return { queries: [toQuery(parsed, arrayMode)], transaction: undefined, rawText }
  }
  if (!('queries' in parsed) || !Array.isArray(parsed.queries)) {
    throw malformed('expected "query", or "queries" with a list')
  }
  const transaction = readTransaction(header)
  const queries = parsed.queries.map((query: unknown) => toQuery(query, arrayMode))
  return { queries, transaction, rawText }
}

function parseJson(body: string): object {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    // What the parser says would quote the body.
    throw malformed('it is not JSON')
  }
  return asObject(parsed)
}

function asObject(value: unknown): object {
  if (typeof value === 'object' && value !== null) return value
  throw malformed('expected an object')
}

function toQuery(value: unknown, arrayMode: boolean): SqlQuery {
  const query = asObject(value)
  const text = 'query' in query ? query.query : undefined
  if (typeof text !== 'string') throw malformed('"query" must be a string')
  // It would end the text on its way to Postgres, and the rest would be read as something else.
  if (text.includes('\0')) throw malformed('"query" must not hold a null character')
  const params: unknown = 'params' in query ? query.params : undefined
  const mode: unknown = 'arrayMode' in query ? query.arrayMode : undefined
  if (mode !== undefined && mode !== null && typeof mode !== 'boolean') {
    throw malformed('"arrayMode" must be true or false')
  }
  return { text, values: toParameters(params), arrayMode: mode ?? arrayMode }
}

function toParameters(params: unknown): readonly Parameter[] {
  if (params === undefined || params === null) return []
  if (!Array.isArray(params)) throw malformed('"params" must be a list')
  if (params.length > MOST_PARAMETERS) {
    throw malformed(`"params" must hold at most ${MOST_PARAMETERS} values`)
  }
  try {
    return params.map(toParameter)
  } catch (error) {
    // The other way to fail is a stack that ended: in both it is nested too deep.
    if (error instanceof RangeError) throw malformed('a value of "params" is nested too deep')
    throw error
  }
}

function malformed(what: string): Refusal {
  return new Refusal(400, `invalid request body: ${what}`)
}

const levels: ReadonlyMap<string, IsolationLevel> = new Map([
  ['ReadUncommitted', 'ReadUncommitted'],
  ['ReadCommitted', 'ReadCommitted'],
  ['RepeatableRead', 'RepeatableRead'],
  ['Serializable', 'Serializable'],
])

function readTransaction(header: ReadHeader): TransactionOptions {
  const level = header('neon-batch-isolation-level')
  const isolationLevel = level === undefined ? undefined : levels.get(level)
  if (level !== undefined && isolationLevel === undefined) {
    throw new Refusal(400, 'invalid isolation level')
  }
  return {
    isolationLevel,
    readOnly: header('neon-batch-read-only') === 'true',
    deferrable: header('neon-batch-deferrable') === 'true',
  }
}
