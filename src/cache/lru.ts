/** A map bounded by size and age, that forgets first what was not used for longest. */

interface Slot<T> {
  readonly value: T
  readonly bytes: number
  readonly expires: number
}

export class Lru<T> {
  readonly #slots = new Map<string, Slot<T>>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get(key: string, now: number): T | undefined {
    const slot = this.#slots.get(key)
    if (slot === undefined) return undefined
    if (slot.expires <= now) {
      this.delete(key)
      return undefined
    }
    // The order of a map is that of insertion.
    this.#slots.delete(key)
    this.#slots.set(key, slot)
    return slot.value
  }

  /** What is larger than a quarter of the whole is not kept: it would push out too much else. */
  set(key: string, value: T, bytes: number, expires: number): void {
    this.delete(key)
    if (bytes > this.#maxBytes / 4) return
    this.#slots.set(key, { value, bytes, expires })
    this.#bytes += bytes
    for (const oldest of this.#slots.keys()) {
      if (this.#bytes <= this.#maxBytes) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const slot = this.#slots.get(key)
    if (slot === undefined) return
    this.#bytes -= slot.bytes
    this.#slots.delete(key)
  }

  clear(): void {
    this.#slots.clear()
    this.#bytes = 0
  }
}
