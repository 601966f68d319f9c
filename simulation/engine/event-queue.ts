/** What is to happen, earliest first; of one moment, what was planned first. A binary heap. */
export interface Planned {
  readonly at: number
  readonly order: number
  /** `undefined`: it was called off. */
  run: (() => void) | undefined
  /** Promises may settle in it, so whoever waits for them has to run before time goes on. */
  readonly wakes: boolean
}

export class EventQueue {
  readonly #heap: Planned[] = []
  #order = 0

  get size(): number {
    return this.#heap.length
  }

  push(at: number, run: () => void, wakes: boolean): Planned {
    const event: Planned = { at, order: this.#order++, run, wakes }
    const heap = this.#heap
    let place = heap.length
    heap.push(event)
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = heap[above]
      if (!parent || !isBefore(event, parent)) break
      heap[place] = parent
      place = above
    }
    heap[place] = event
    return event
  }

  pop(): Planned | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (!last || !first || heap.length === 0) return first
    let place = 0
    for (;;) {
      const left = 2 * place + 1
      const [one, other] = [heap[left], heap[left + 1]]
      if (!one) break
      const isOther = other !== undefined && isBefore(other, one)
      const child = isOther ? other : one
      if (!isBefore(child, last)) break
      heap[place] = child
      place = isOther ? left + 1 : left
    }
    heap[place] = last
    return first
  }
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
