/**
 * What the gateway answers when it does not answer with rows. The body always has all keys of Neon's
 * errors. Only answers of status 400 reach a user of the Neon driver with their SQLSTATE.
 */
import { DatabaseError } from 'pg'

import { gatewayHeaders } from '../../src/drivers/gateway-headers.ts'

/** `Tidegate-Outcome`: why nothing ran, for callers that decide by it where to go next. */
export type Outcome = 'behind' | 'overloaded' | 'unreachable'

export interface RefusalOptions {
  readonly code?: string | undefined
  readonly outcome?: Outcome | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly cause?: unknown
}

/** An answer other than 200. Its message holds no value of the user's. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  readonly outcome: Outcome | undefined

  constructor(status: number, message: string, options: RefusalOptions = {}) {
    super(message, { cause: options.cause })
    this.status = status
    this.code = options.code ?? ''
    this.outcome = options.outcome
    this.headers = {
      ...options.headers,
      ...(options.outcome && { [gatewayHeaders.outcome]: options.outcome }),
    }
  }
}

/** The caller asks again after this long. More precise it need not be: the queue is short. */
const RETRY_AFTER = { 'Retry-After': '1' }

export function overloaded(message: string, headers?: RefusalOptions['headers']): Refusal {
  return new Refusal(503, message, {
    outcome: 'overloaded',
    headers: { ...RETRY_AFTER, ...headers },
  })
}

export function unreachable(message: string, more: RefusalOptions = {}): Refusal {
  return new Refusal(500, message, { ...more, outcome: 'unreachable' })
}

export function tooLarge(maxBytes: number): Refusal {
  return new Refusal(413, `request is too large (max is ${maxBytes} bytes)`)
}

/** What Postgres said to somebody who passes it on: to this process over HTTP. */
export class PassedOn extends Error {
  override readonly name = 'PassedOn'
  readonly code: string
  readonly fields: ErrorFields
  readonly headers: Readonly<Record<string, string>>

  constructor(code: string, said: Error, headers: Readonly<Record<string, string>>) {
    super('Postgres refused the statement.', { cause: said })
    this.code = code
    this.fields = fieldsOf(said)
    this.headers = headers
  }
}

/** Postgres has no connection left for us. */
const TOO_MANY_CONNECTIONS = '53300'

export interface RefusedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export function toRefusedAnswer(error: unknown): RefusedAnswer {
  if (error instanceof Refusal) {
    const { status, headers, message, code } = error
    return { status, headers, body: JSON.stringify(errorBody({ message, code, severity: '' })) }
  }
  if (error instanceof DatabaseError || error instanceof PassedOn) {
    if (error.code === TOO_MANY_CONNECTIONS) {
      return toRefusedAnswer(overloaded('The database has no connection left.'))
    }
    const { fields, headers } = error instanceof PassedOn ? error : { fields: error, headers: {} }
    return { status: 400, headers, body: JSON.stringify(errorBody(fields)) }
  }
  return toRefusedAnswer(new Refusal(500, 'The gateway failed.', { cause: error }))
}

type ErrorFields = Partial<Readonly<Record<(typeof keys)[number], string | undefined>>>

const keys = [
  'message',
  'code',
  'detail',
  'hint',
  'position',
  'internalPosition',
  'internalQuery',
  'severity',
  'where',
  'table',
  'column',
  'schema',
  'dataType',
  'constraint',
  'file',
  'line',
  'routine',
] as const

function errorBody(fields: ErrorFields): Record<string, string | null> {
  return Object.fromEntries(keys.map((key) => [key, fields[key] ?? null]))
}

function fieldsOf(error: Error): ErrorFields {
  return Object.fromEntries(
    keys.map((key) => {
      const value: unknown = Reflect.get(error, key)
      return [key, typeof value === 'string' ? value : undefined]
    }),
  )
}
