/** So many things at once, the rest in line, first come first served; and how busy it was. */
export class Station {
  readonly #freeAt: Float64Array
  #busyMs = 0
  #served = 0

  constructor(places: number) {
    this.#freeAt = new Float64Array(places)
  }

  get busyMs(): number {
    return this.#busyMs
  }

  get served(): number {
    return this.#served
  }

  /** @returns when it begins */
  take(now: number, serviceMs: number): number {
    const free = this.#freeAt
    let best = 0
    for (let place = 1; place < free.length; place++) {
      if ((free[place] ?? 0) < (free[best] ?? 0)) best = place
    }
    const begin = Math.max(now, free[best] ?? 0)
    free[best] = begin + serviceMs
    this.#busyMs += serviceMs
    this.#served++
    return begin
  }
}
