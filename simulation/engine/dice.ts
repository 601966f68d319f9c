/**
 * Chance from a seed. Each part of the world has dice of its own, named after it, so that what one
 * part draws does not change the luck of another.
 */
export class Dice {
  #a: number
  #b: number
  #c: number
  #counter: number
  #spare: number | undefined

  constructor(seed: number, name: string) {
    // FNV-1a over the name, so that streams of one seed begin far apart.
    let hash = 0x811c9dc5
    for (let at = 0; at < name.length; at++) {
      hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193)
    }
    this.#a = seed | 0
    this.#b = hash | 0
    this.#c = Math.imul(seed ^ hash, 0x9e3779b1)
    this.#counter = 1
    for (let round = 0; round < 15; round++) this.next()
  }

  /** From 0 to 1, without 1: sfc32. */
  next(): number {
    const mixed = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + mixed) | 0
    return (mixed >>> 0) / 4_294_967_296
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next())
  }

  /** By Box and Muller, two at a time. */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare
      this.#spare = undefined
      return spare
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()))
    const angle = 2 * Math.PI * this.next()
    this.#spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  lognormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal())
  }

  /** At least `least`; the smaller alpha, the heavier the tail. */
  pareto(least: number, alpha: number, most: number): number {
    return Math.min(most, least * (1 - this.next()) ** (-1 / alpha))
  }
}
