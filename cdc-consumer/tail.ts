/** Keeps a session going: after each end the next begins, sooner or later as things look. */
import type { Position } from '../src/tide/position.ts'
import { Backoff } from './backoff.ts'
import type { ConsumerEvent } from './events.ts'
import { toReplicationError } from './replication/replication-error.ts'
import { Session, type SessionOptions } from './session.ts'
import type { ChosenSource } from './sources/choose-source.ts'

export interface TailOptions extends Omit<SessionOptions, 'kind' | 'node' | 'witness'> {
  readonly choose: () => Promise<ChosenSource>
}

export class Tail {
  readonly #options: TailOptions
  readonly #abort = new AbortController()
  #session: Session | undefined
  #witness: Position | undefined

  constructor(options: TailOptions) {
    this.#options = options
  }

  get session(): Session | undefined {
    return this.#session
  }

  async run(): Promise<void> {
    const { choose, onEvent } = this.#options
    const { signal } = this.#abort
    const backoff = new Backoff({ firstMs: 100 })
    while (!signal.aborted) {
      try {
        const { kind, node } = await choose()
        const session = new Session({
          ...this.#options,
          kind,
          node,
          witness: this.#witness,
          onEvent: (event: ConsumerEvent) => {
            if (event.name === 'raised') backoff.reset()
            onEvent(event)
          },
        })
        this.#session = session
        if (signal.aborted) break
        await session.run()
      } catch (error) {
        const { problem, sqlState } = toReplicationError(error)
        if (!signal.aborted) onEvent({ name: 'stream-ended', problem, sqlState, error })
      } finally {
        this.#witness = this.#session?.witness ?? this.#witness
      }
      if (!signal.aborted) await backoff.pause(signal)
    }
  }

  stop(): void {
    this.#abort.abort()
    this.#session?.close()
  }

  async drain(): Promise<void> {
    await this.#session?.drain()
  }
}
