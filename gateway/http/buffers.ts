/** How many bytes of requests and answers are held at a time, by all clients together. */
import { overloaded } from '../protocol/refusal.ts'

export class Buffers {
  readonly #most: number
  #held = 0

  constructor(most: number) {
    this.#most = most
  }

  /** What one request holds until its answer has gone. */
  open(): Holding {
    let held = 0
    return {
      take: (bytes) => {
        if (this.#held + bytes > this.#most) throw overloaded('Too much is being sent at a time.')
        held += bytes
        this.#held += bytes
      },
      add: (bytes) => {
        held += bytes
        this.#held += bytes
      },
      release: () => {
        this.#held -= held
        held = 0
      },
    }
  }
}

export interface Holding {
  /** Refuses when it is too much. */
  readonly take: (bytes: number) => void
  /** Of what is there already: it keeps others out. */
  readonly add: (bytes: number) => void
  readonly release: () => void
}
