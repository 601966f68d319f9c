/** `POST /sql` with all that stands before and after it: who may ask, how much, and what is noted of it. */
import { randomUUID } from 'node:crypto'

import type { Operations } from '../operations/operations.ts'
import { Refusal, toRefusedAnswer } from '../protocol/refusal.ts'
import type { ReadHeader } from '../protocol/request.ts'
import type { Answering } from '../sql/endpoint.ts'
import { corsHeaders } from './cors.ts'
import type { RateLimit } from './rate-limit.ts'
import type { BearerTokens } from './tokens.ts'

export interface SqlQuestion {
  readonly header: ReadHeader
  /** Refuses a body that is larger. */
  readonly readBody: (maxBytes: number) => Promise<string>
  /** Where it comes from. */
  readonly client: string
  readonly signal: AbortSignal
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}

export interface SqlRouteOptions {
  readonly endpoint: Answering
  readonly operations: Operations
  readonly tokens: BearerTokens
  readonly rateLimit: RateLimit
  readonly maxRequestBytes: number
}

const RETRY_AFTER = { 'Retry-After': '1' }

export class SqlRoute {
  readonly #options: SqlRouteOptions

  constructor(options: SqlRouteOptions) {
    this.#options = options
  }

  async answer(question: SqlQuestion): Promise<HttpAnswer> {
    const { operations } = this.#options
    const start = performance.now()
    const requestId = randomUUID()
    const answer = await this.#answer(question).catch((error: unknown) => {
      const refused = toRefusedAnswer(error)
      operations.noteRefusal(requestId, refused.status, error)
      return refused
    })
    const { body, status } = answer
    operations.noteAnswer(status, performance.now() - start)
    const headers = {
      ...corsHeaders,
      'Content-Type': 'application/json',
      'neon-request-id': requestId,
      ...answer.headers,
    }
    return { status, headers, body }
  }

  async #answer(question: SqlQuestion): Promise<Answered> {
    const { endpoint, rateLimit, tokens, maxRequestBytes } = this.#options
    const { header, readBody, client } = question
    if (!rateLimit.admits(client)) {
      throw new Refusal(429, 'too many requests from this client', { headers: RETRY_AFTER })
    }
    if (!tokens.admits(header('authorization'))) {
      throw new Refusal(401, 'a bearer token is needed', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      })
    }
    const body = await readBody(maxRequestBytes)
    const answer = await endpoint.answer({
      header,
      body,
      get signal() {
        return question.signal
      },
    })
    return { status: 200, headers: answer.headers, body: answer.body }
  }
}

interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
