/**
 * What came of each write: where it stands in the end, or that a failover lost it, and whether that
 * could be.
 */
import type { Point } from './branches.ts'
import {
  type Fork,
  type History,
  isPoint,
  type Operation,
  type Sight,
  type Write,
} from './history.ts'

interface Together {
  readonly count: number
  readonly last: Write | undefined
}

export class Lineage {
  readonly writes: ReadonlyMap<number, Write>
  readonly forks: readonly Fork[]
  readonly #history: History
  readonly #places = new Map<string, Point>()
  readonly #together = new Map<Point, Together>()
  /** By client and epoch: when it first had an answer of that epoch. */
  readonly #heard = new Map<string, number>()

  constructor(history: History) {
    this.#history = history
    this.forks = history.forks
    this.writes = new Map(
      history.operations.filter((each) => each.kind === 'write').map((each) => [each.value, each]),
    )
    for (const end of history.final.values()) {
      for (let point: Point | undefined = end; point?.parent; point = point.parent)
        this.#places.set(`${point.key},${point.value}`, point)
    }
    for (const { client, position, ended } of history.operations) {
      if (!position) continue
      const name = `${client},${position.epoch}`
      this.#heard.set(name, Math.min(ended, this.#heard.get(name) ?? Infinity))
    }
  }

  final(key: number): Point {
    return this.#history.final.get(key) ?? this.#history.branches.root(key)
  }

  isLost(point: Point): boolean {
    return !this.final(point.key).holds(point)
  }

  /** As much of it as is there in the end. */
  survivor(point: Point): Point {
    let kept = point
    while (kept.parent && this.isLost(kept)) kept = kept.parent
    return kept
  }

  /** Where a write stands in the end. */
  placeOf(write: Write, key: number): Point | undefined {
    return this.#places.get(`${key},${write.value}`)
  }

  /** The same, or of a lost one where somebody has seen it. */
  seenPlaceOf(write: Write, key: number): Point | undefined {
    return this.placeOf(write, key) ?? this.#history.branches.find(key, write.value)
  }

  missing(write: Write): number | undefined {
    return write.keys.find((key) => this.placeOf(write, key) === undefined)
  }

  /** A failover may lose what the heir did not have: what was acknowledged past the fork, no later. */
  mayBeLost({ begun, position }: Write): boolean {
    return this.forks.some((fork) => {
      if (begun > fork.formerGone) return false
      return position === undefined || (position.epoch < fork.epoch && position.lsn > fork.at)
    })
  }

  /** Whether this client had an answer of that epoch, or of a later one, before a moment. */
  hasHeard(client: string, epoch: number, moment: number): boolean {
    return this.forks.some((fork) => {
      if (fork.epoch < epoch) return false
      return (this.#heard.get(`${client},${fork.epoch}`) ?? Infinity) < moment
    })
  }

  /** How many of its values came with a transaction that wrote to its neighbour as well. */
  together(point: Point): Together {
    const path: Point[] = []
    let each: Point | undefined = point
    while (each?.parent && !this.#together.has(each)) {
      path.push(each)
      each = each.parent
    }
    let sum: Together = (each && this.#together.get(each)) ?? { count: 0, last: undefined }
    for (const one of path.toReversed()) {
      const write = this.writes.get(one.value)
      if (write?.keys.includes(one.key ^ 1)) sum = { count: sum.count + 1, last: write }
      this.#together.set(one, sum)
    }
    return sum
  }
}

/** What a session must see of a key from then on, and which operation says so. */
export interface Due {
  readonly because: Operation
  readonly length: number
  /** `undefined`: of a write that nobody has ever seen, or of a number, which may have counted anything. */
  readonly point: Point | undefined
}

export function shows(sight: Sight, { because, point, length }: Due): boolean {
  if (sight.length < length) return false
  if (!isPoint(sight)) return true
  return point === undefined ? because.kind === 'read' : sight.holds(point)
}

/** Whether an answer is of a later history than a position. */
export function isPast({ position }: Operation, before: Operation): boolean {
  return (
    position !== undefined &&
    before.position !== undefined &&
    position.epoch > before.position.epoch
  )
}
