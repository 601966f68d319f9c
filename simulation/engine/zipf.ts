import type { Dice } from './dice.ts'

/** Numbers from 0 on, of which the n-th is drawn in proportion to 1 / n^exponent. */
export class Zipf {
  readonly #cumulated: Float64Array

  constructor(count: number, exponent: number) {
    this.#cumulated = new Float64Array(count)
    let sum = 0
    for (let rank = 1; rank <= count; rank++) {
      sum += rank ** -exponent
      this.#cumulated[rank - 1] = sum
    }
  }

  draw(dice: Dice): number {
    const all = this.#cumulated
    const wanted = dice.next() * (all.at(-1) ?? 0)
    let [low, high] = [0, all.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((all[middle] ?? 0) <= wanted) low = middle + 1
      else high = middle
    }
    return low
  }
}
