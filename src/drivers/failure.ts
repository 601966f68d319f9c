/**
 * What any error means for the caller: whether the node can be tried again, and whether the work may
 * be in the database. In doubt a write is `unknown`. Messages name the node and the SQLSTATE only:
 * what Postgres says may quote values, so it stays in the cause.
 */
import { TidegateError } from '../errors.ts'
import { DriverError, type DriverFailure } from './driver-error.ts'
import { isOverloaded, isRefusedUnread } from './http-refusal.ts'

/** How far the work had come when it failed. */
export interface Progress {
  readonly node: string
  readonly writes: boolean
  /** Some of it may have reached the node. */
  readonly sent: boolean
  /** The commit was acknowledged; only what came after it failed. */
  readonly committed?: boolean | undefined
  readonly signal: AbortSignal
}

/** The five characters that Postgres gives an error, wherever the client puts them. */
export function sqlStateOf(error: unknown): string | undefined {
  if (error instanceof DriverError) return error.sqlState
  if (!(error instanceof Error) || !('code' in error)) return undefined
  const { code } = error
  // Node has codes such as EPIPE, also of five letters; every SQLSTATE in use has a digit.
  const isSqlState = typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code)
  return isSqlState ? code : undefined
}

/** The connection was lost or ended, which says nothing about what the server did before. */
const connectionLost = /^(?:08...|57P0[1245])$/
const completionUnknown = '40003'

/**
 * Postgres itself refused the statement and has taken its work back, whatever the code is: a wrong number
 * of parameters is 08P01, a foreign server that is down 08001. What ends a connection is FATAL, and what
 * poolers and proxies say names no routine.
 */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !('severity' in error) || !('routine' in error)) return false
  return error.severity === 'ERROR' && typeof error.routine === 'string' && error.routine !== ''
}

function failureOf(
  error: unknown,
  sqlState: string | undefined,
  signal: AbortSignal,
): DriverFailure {
  if (sqlState !== undefined && isRefusal(error)) return 'sql'
  if (sqlState === '53300' || isOverloaded(error)) return 'overloaded'
  if (sqlState !== undefined) {
    return connectionLost.test(sqlState) || sqlState === '57P03' ? 'unreachable' : 'sql'
  }
  return signal.aborted ? 'aborted' : 'unreachable'
}

/** Whether nothing was committed: so it is where the server has not let us in (57P03, 53300). */
function isCertain(error: unknown, sqlState: string): boolean {
  if (sqlState === completionUnknown) return false
  return !connectionLost.test(sqlState) || isRefusal(error)
}

/** No connection was made, so nothing was sent. Only some runtimes tell. */
const notConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function isNotConnected(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = innerError(each)) {
    if ('code' in each && typeof each.code === 'string' && notConnected.has(each.code)) return true
  }
  return false
}

function innerError(error: Error): unknown {
  return 'sourceError' in error && error.sourceError ? error.sourceError : error.cause
}

/** A value cannot be written as text, so nothing was sent: no node is to blame for it. */
export function unsendable(cause: unknown): TidegateError {
  return new TidegateError(
    'STATEMENT_REFUSED',
    'A parameter cannot be sent: its cause says what it cannot be written as.',
    { cause },
  )
}

export function toDriverError(error: unknown, progress: Progress): DriverError {
  if (error instanceof DriverError) return error
  const sqlState = sqlStateOf(error)
  const failure = failureOf(error, sqlState, progress.signal)
  return new DriverError(failure, messageOf(failure, sqlState, progress), {
    sqlState,
    committed: committedOf(error, sqlState, progress),
    cause: error,
  })
}

function committedOf(
  error: unknown,
  sqlState: string | undefined,
  { writes, sent, committed }: Progress,
): 'yes' | 'no' | 'unknown' {
  if (committed) return 'yes'
  if (!writes || !sent) return 'no'
  if (sqlState !== undefined) return isCertain(error, sqlState) ? 'no' : 'unknown'
  return isNotConnected(error) || isRefusedUnread(error) ? 'no' : 'unknown'
}

const reasons: Readonly<Record<DriverFailure, string>> = {
  sql: 'refused the statement',
  unreachable: 'gave no answer that can be understood',
  behind: 'does not have the position that was asked for',
  overloaded: 'has no room',
  aborted: 'was given up on by the caller',
}

function messageOf(
  failure: DriverFailure,
  sqlState: string | undefined,
  { node, committed }: Progress,
): string {
  const because = sqlState === undefined ? '' : ` (SQLSTATE ${sqlState})`
  if (committed) return `${node} committed, and then did not tell where its WAL stands${because}.`
  return `${node} ${reasons[failure]}${because}.`
}
