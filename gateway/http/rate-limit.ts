/** How many requests one client may make: so many a second, and as many at once after a pause. */

interface Bucket {
  tokens: number
  at: number
}

/** Clients that are remembered. When there are more, those seen longest ago begin anew. */
const MOST_CLIENTS = 10_000

export class RateLimit {
  readonly #perSecond: number
  readonly #buckets = new Map<string, Bucket>()

  /** @param perSecond 0: no limit. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  admits(client: string, now: number = performance.now()): boolean {
    const most = this.#perSecond
    if (most === 0) return true
    const known = this.#buckets.get(client)
    const bucket = known ?? { tokens: most, at: now }
    bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.at) / 1_000) * most)
    bucket.at = now
    this.#remember(client, bucket)
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }

  #remember(client: string, bucket: Bucket): void {
    this.#buckets.delete(client)
    this.#buckets.set(client, bucket)
    if (this.#buckets.size <= MOST_CLIENTS) return
    const [oldest] = this.#buckets.keys()
    if (oldest !== undefined) this.#buckets.delete(oldest)
  }
}
