/** How old a position is: when the primary went past it, by one clock. */
export class PrimaryTrail {
  readonly #points: { readonly at: number; readonly lsn: number }[] = []
  readonly #longestMs: number

  constructor(longestMs = 15 * 60_000) {
    this.#longestMs = longestMs
  }

  /** The primary's newest position that is known. */
  get position(): number {
    return this.#points.at(-1)?.lsn ?? 0
  }

  note(lsn: number, at: number): void {
    if (lsn <= this.position) return
    this.#points.push({ at, lsn })
    const oldest = at - this.#longestMs
    while ((this.#points[0]?.at ?? at) < oldest) this.#points.shift()
  }

  /** For how long there has been something newer. 0: there is nothing newer. */
  ageMs(lsn: number, now: number): number {
    const next = this.#points.find((point) => point.lsn > lsn)
    return next ? now - next.at : 0
  }
}
