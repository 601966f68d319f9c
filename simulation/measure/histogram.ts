/** How often a number of about this size came: 40 sizes to a decade, so to 3 in a hundred. */
const PER_DECADE = 40
const LEAST = 0.01
const DECADES = 8

export class Histogram {
  readonly #counts = new Float64Array(PER_DECADE * DECADES + 1)
  #zeros = 0
  #total = 0
  #sum = 0

  get total(): number {
    return this.#total
  }

  get mean(): number {
    return this.#total === 0 ? 0 : this.#sum / this.#total
  }

  /** The share of zeros: of answers that were not stale at all. */
  get zeroShare(): number {
    return this.#total === 0 ? 0 : this.#zeros / this.#total
  }

  add(value: number): void {
    this.#total++
    this.#sum += value
    if (value <= 0) {
      this.#zeros++
      return
    }
    const size = Math.ceil(Math.log10(value / LEAST) * PER_DECADE)
    const index = Math.min(Math.max(size, 0), this.#counts.length - 1)
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
  }

  /** So many of a hundred lie at or below it. */
  percentile(share: number): number {
    let left = share * this.#total - this.#zeros
    if (left <= 0) return 0
    for (let index = 0; index < this.#counts.length; index++) {
      left -= this.#counts[index] ?? 0
      if (left <= 0) return upperBound(index)
    }
    return upperBound(this.#counts.length - 1)
  }

  /** What share lies at or below each size, from the first size that occurs to the last. */
  cumulated(): readonly (readonly [value: number, share: number])[] {
    const points: [number, number][] = []
    let sum = this.#zeros
    for (const [index, count] of this.#counts.entries()) {
      if (count === 0) continue
      sum += count
      points.push([upperBound(index), sum / this.#total])
    }
    return points
  }
}

function upperBound(index: number): number {
  return Number((LEAST * 10 ** (index / PER_DECADE)).toPrecision(3))
}
