/** Whether the consumer lives and whether it does its work, with reasons, from its events. */
import type { ConsumerEvent } from '../events.ts'
import { isReplicationError } from '../replication/replication-error.ts'

export interface Health {
  /** It can still bring itself to work: a process that is not live should be started anew. */
  readonly live: boolean
  /** The tide table is being raised. */
  readonly ready: boolean
  /** For people. */
  readonly reasons: readonly string[]
}

export interface HealthOptions {
  /** Without a raise for so long it is not ready. @default 30_000 */
  readonly staleAfterMs?: number | undefined
  /** The clock, for tests. */
  readonly now?: () => number
}

export class HealthRecord {
  readonly #staleAfterMs: number
  readonly #now: () => number
  #raisedAt: number | undefined
  #stream: string | undefined = 'it does not stream yet'
  #table: string | undefined
  #slot: string | undefined
  #beat: string | undefined
  #isGivenUp = false

  constructor({ staleAfterMs = 30_000, now = () => performance.now() }: HealthOptions = {}) {
    this.#staleAfterMs = staleAfterMs
    this.#now = now
  }

  note(event: ConsumerEvent): void {
    switch (event.name) {
      case 'raised':
        this.#raisedAt = this.#now()
        this.#table = undefined
        break
      case 'raise-failed':
        this.#table = 'the tide table could not be raised'
        break
      case 'streaming':
        this.#stream = undefined
        break
      case 'stream-ended':
        this.#stream = isReplicationError(event.error) ? event.error.message : event.problem
        break
      case 'slot-alarm':
        this.#slot = 'the slot keeps more WAL than it should'
        break
      case 'slot-measured':
        this.#slot = undefined
        break
      case 'slot-given-up':
        this.#isGivenUp = true
        break
      case 'leading':
        this.#beat = undefined
        break
      case 'beat-failed':
        this.#beat = 'the heartbeat failed'
        break
      case 'source-chosen':
      case 'pressure':
      case 'foreign-write':
      case 'compacted':
      case 'catalog-published':
      case 'beat':
      case 'node-polled':
      case 'node-unknown':
      case 'history-changed':
      case 'failed':
        break
    }
  }

  get health(): Health {
    const isStale =
      this.#raisedAt === undefined || this.#now() - this.#raisedAt > this.#staleAfterMs
    const blocking = [
      this.#isGivenUp ? 'the slot was given up to spare the primary’s disk' : undefined,
      this.#stream,
      this.#table,
      isStale ? 'the tide table has not been raised for long' : undefined,
    ].filter((reason) => reason !== undefined)
    const others = [this.#slot, this.#beat].filter((reason) => reason !== undefined)
    return {
      live: !this.#isGivenUp,
      ready: blocking.length === 0,
      reasons: [...blocking, ...others],
    }
  }
}
