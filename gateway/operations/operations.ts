/** What operators see of the gateway: counts, health and a log, none of which holds data of a user. */
import type { Logger } from 'pino'

import { sqlStateOf } from '../../src/drivers/failure.ts'
import { Refusal } from '../protocol/refusal.ts'
import type { Health } from './health.ts'
import type { Metrics } from './metrics.ts'

export interface OperationsParts {
  readonly metrics: Metrics
  readonly health: Health
  readonly log: Logger
}

export class Operations {
  readonly metrics: Metrics
  readonly health: Health
  readonly log: Logger

  constructor({ metrics, health, log }: OperationsParts) {
    this.metrics = metrics
    this.health = health
    this.log = log
  }

  noteAnswer(status: number, ms: number): void {
    this.metrics.answered(status, ms)
  }

  /** Postgres' messages may quote values: of its errors only the SQLSTATE is written down. */
  noteRefusal(requestId: string, status: number, error: unknown): void {
    const outcome = error instanceof Refusal ? error.outcome : undefined
    if (outcome) this.metrics.notRun(outcome)
    const isOurs = error instanceof Refusal
    const cause = isOurs ? error.cause : error
    const entry = {
      requestId,
      status,
      outcome,
      sqlState: sqlStateOf(cause),
      reason: isOurs ? error.message : undefined,
      cause: codeOf(cause),
    }
    if (status >= 500 && outcome !== 'behind') this.log.warn(entry, 'request failed')
    else this.log.debug(entry, 'request refused')
  }
}

/** What kind of failure it was: `ECONNREFUSED`, or the name of an error's class. */
function codeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
}
