/** The choices of one schedule, taken one after the other: so fast-check can shrink what it found. */
export class Choices {
  readonly #numbers: readonly number[]
  #at = 0

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers
  }

  get done(): boolean {
    return this.#at >= this.#numbers.length
  }

  /** From 0 to below `count`. After the last choice it is always 0. */
  below(count: number): number {
    return (this.#numbers[this.#at++] ?? 0) % count
  }

  chance(outOf: number): boolean {
    return this.below(outOf) === 1
  }

  of<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : list[this.below(list.length)]
  }
}
