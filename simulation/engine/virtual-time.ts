/**
 * Time that passes only from one event to the next. What the product awaits is settled by events, and
 * whoever waited runs to its next wait before the next event: the order is the same in every run.
 *
 * The gate and the cache set timers by the platform's names. While a simulation runs these are this
 * clock's, as fake timers of test runners do it: the product knows nothing of it.
 */
import { EventQueue, type Planned } from './event-queue.ts'

/** Node runs it when no promise has anything left to do: the end of all that an event has woken. */
const settled = (run: () => void): void => process.nextTick(run)
/** Others of this process, such as the one who listens for Ctrl-C. */
const otherTurn = setImmediate

/** 2026-01-01: positions carry clocks in milliseconds since 1970. */
const BEGINNING = Date.UTC(2026, 0, 1)
/** How many events between two looks at whether to stop. */
const LOOK_EVERY = 5000

let isAnyRunning = false

export class VirtualTime {
  readonly #queue = new EventQueue()
  #now = 0
  #events = 0
  #broken: { readonly error: unknown } | undefined

  /** Milliseconds since the simulation began. */
  get now(): number {
    return this.#now
  }

  /** Milliseconds since 1970, by every clock of the world. */
  get clock(): number {
    return BEGINNING + this.#now
  }

  get events(): number {
    return this.#events
  }

  /** Nobody awaits what happens in it. */
  at(time: number, run: () => void): Planned {
    return this.#queue.push(Math.max(time, this.#now), run, false)
  }

  /** It settles what somebody awaits. */
  wakeAt(time: number, run: () => void): Planned {
    return this.#queue.push(Math.max(time, this.#now), run, true)
  }

  /** Something that must not happen has happened in what nobody awaits: the run ends with it. */
  readonly fail = (error: unknown): void => {
    this.#broken ??= { error }
  }

  /** Runs until then or until nothing is left to happen. Only one world at a time may run. */
  async run(
    until: number,
    { signal, onProgress }: { signal: AbortSignal; onProgress: (now: number) => void },
  ): Promise<void> {
    if (isAnyRunning) throw new Error('Only one world at a time may run')
    const giveBack = this.#takeTimers()
    try {
      await this.#runUntil(until, signal, onProgress)
    } finally {
      giveBack()
    }
    this.#now = Math.max(this.#now, until)
  }

  async #runUntil(
    until: number,
    signal: AbortSignal,
    onProgress: (now: number) => void,
  ): Promise<void> {
    let untilLook = LOOK_EVERY
    for (;;) {
      const event = this.#queue.pop()
      if (!event || event.at > until) break
      if (!event.run) continue
      this.#now = event.at
      this.#events++
      event.run()
      if (event.wakes) await new Promise<void>((resolve) => settled(resolve))
      if (this.#broken) throw this.#broken.error
      if (--untilLook > 0) continue
      untilLook = LOOK_EVERY
      onProgress(this.#now)
      await new Promise(otherTurn)
      signal.throwIfAborted()
    }
  }

  #takeTimers(): () => void {
    isAnyRunning = true
    const theirs = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout }
    Object.assign(globalThis, {
      setTimeout: (run: (...values: unknown[]) => void, ms = 0, ...values: unknown[]): Planned =>
        this.wakeAt(this.#now + Math.max(0, ms), () => run(...values)),
      clearTimeout: (timer: Planned | undefined): void => {
        if (timer) timer.run = undefined
      },
    })
    return () => {
      isAnyRunning = false
      Object.assign(globalThis, theirs)
    }
  }
}
