/**
 * Carries one direction of one connection: what comes in at one socket goes out at the other, later
 * and slower, as the lane says at that moment.
 */
import type { Socket } from 'node:net'

import type { Lane } from './conditions.ts'

/** Enough for a fast line to Sydney and back; beyond it the sender is made to wait. */
const MAX_IN_FLIGHT_BYTES = 16 * 1024 * 1024

interface Parcel {
  readonly dueAt: number
  /** `undefined` is the end of the stream. */
  readonly bytes: Buffer | undefined
}

export class DelayLine {
  readonly #from: Socket
  readonly #to: Socket
  readonly #lane: Lane
  readonly #opensAt: number
  readonly #queue: Parcel[] = []
  #inFlightBytes = 0
  #lastDueAt = 0
  #timer: NodeJS.Timeout | undefined
  #blocked = false

  /** @param opensAt when the handshake over this distance would be done; nothing leaves earlier. */
  constructor(from: Socket, to: Socket, lane: Lane, opensAt: number) {
    this.#from = from
    this.#to = to
    this.#lane = lane
    this.#opensAt = opensAt
    from.on('data', (bytes: Buffer) => this.#accept(bytes))
    from.on('end', () => this.#accept(undefined))
    to.on('drain', () => {
      this.#blocked = false
      this.deliver()
    })
    to.on('close', () => clearTimeout(this.#timer))
  }

  #accept(bytes: Buffer | undefined): void {
    const { latencyMs, jitterMs, bytesPerSecond } = this.#lane
    const size = bytes?.length ?? 0
    const sentAt = Math.max(performance.now(), this.#opensAt)
    const arrivesAt = sentAt + latencyMs + Math.random() * jitterMs
    // Bytes queue behind those before them: order is kept and the bandwidth shared out.
    const dueAt = Math.max(arrivesAt, this.#lastDueAt) + (size / bytesPerSecond) * 1000
    this.#lastDueAt = dueAt
    this.#queue.push({ dueAt, bytes })
    this.#inFlightBytes += size
    if (this.#inFlightBytes > MAX_IN_FLIGHT_BYTES) this.#from.pause()
    this.deliver()
  }

  /** Hands over what is due, and comes back for the rest. */
  deliver(): void {
    clearTimeout(this.#timer)
    while (!this.#lane.stalled && !this.#blocked && !this.#to.destroyed) {
      const [parcel] = this.#queue
      if (!parcel) return
      const waitMs = parcel.dueAt - performance.now()
      if (waitMs > 0.5) {
        this.#timer = setTimeout(() => this.deliver(), waitMs)
        return
      }
      this.#queue.shift()
      if (!parcel.bytes) {
        this.#to.end()
      } else if (!this.#handOver(parcel.bytes)) {
        return
      }
    }
  }

  /** @returns false if the link broke in the middle of them */
  #handOver(bytes: Buffer): boolean {
    const admitted = this.#lane.admit(bytes.length)
    if (admitted > 0) this.#blocked = !this.#to.write(bytes.subarray(0, admitted))
    this.#inFlightBytes -= admitted
    if (this.#inFlightBytes <= MAX_IN_FLIGHT_BYTES / 2) this.#from.resume()
    if (admitted === bytes.length) return true
    // A stalled link delivers the rest when it is healed.
    this.#queue.unshift({ dueAt: 0, bytes: bytes.subarray(admitted) })
    return false
  }
}
