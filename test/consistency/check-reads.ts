/** Of each read by itself: that it shows what was there once, whole transactions, and nothing too old. */
import type { Point } from './branches.ts'
import { type History, isPoint, type Operation, type Read } from './history.ts'
import { type Due, type Lineage, shows } from './lineage.ts'
import type { Violation } from './verdict.ts'

/** Two processes read one clock, at slightly different moments. */
const CLOCK_TOLERANCE_MS = 5

export function checkReads({ operations }: History, lineage: Lineage): Violation[] {
  const violations: Violation[] = []
  const acknowledged = new Acknowledged(operations, lineage)
  for (const read of operations) {
    if (read.kind !== 'read') continue
    violations.push(...checkSeen(read, lineage), ...checkTorn(read, lineage))
    if (read.freshness === 'any' || read.freshness === 'session') continue
    const isStrong = read.freshness === 'strong'
    const tolerance = isStrong ? 0 : read.freshness.within + CLOCK_TOLERANCE_MS
    for (const [key, sight] of read.seen) {
      const due = acknowledged.before(key, read.begun - tolerance)
      if (!due || shows(sight, due) || isUnheard(read, due, lineage)) continue
      violations.push({
        kind: isStrong ? 'strong-reads' : 'bounded-staleness',
        message: `key ${key}: a read lacks what was acknowledged before it may lack it`,
        operations: [due.because, read],
      })
    }
  }
  return violations
}

/**
 * While a former primary goes on beside its heir, it answers those who have not heard of the heir yet:
 * nobody but its operator could keep it from that.
 */
function isUnheard(read: Read, { because }: Due, lineage: Lineage): boolean {
  const epoch = because.position?.epoch
  if (epoch === undefined || read.position === undefined || read.position.epoch >= epoch)
    return false
  return !lineage.hasHeard(read.client, epoch, read.begun)
}

/** What it saw must have been there once, and be there still if it is of the history that goes on. */
function checkSeen(read: Read, lineage: Lineage): Violation[] {
  for (const [key, sight] of read.seen) {
    const point = isPoint(sight) ? sight : undefined
    const wrong = point && findWrong(point, read, lineage)
    if (!wrong) continue
    const write = lineage.writes.get(wrong.value)
    return [
      {
        kind: 'invented-value',
        message: `key ${key} never held what was read: it differs from place ${wrong.length - 1} on`,
        operations: write ? [write, read] : [read],
      },
    ]
  }
  return []
}

function findWrong(point: Point, read: Read, lineage: Lineage): Point | undefined {
  if (!lineage.isLost(point)) return undefined
  const kept = lineage.survivor(point)
  for (let each = point; each !== kept && each.parent; each = each.parent) {
    const write = lineage.writes.get(each.value)
    if (!write?.keys.includes(each.key) || write.committed === 'no') return each
    // Its place in a history that is no more is nobody's business, but in that history it must have been.
    if (!lineage.forks.some((fork) => write.begun <= fork.formerGone)) return each
    const isOfLater =
      write.committed === 'yes' &&
      write.position !== undefined &&
      read.position !== undefined &&
      read.position.epoch > write.position.epoch
    if (isOfLater) return each
  }
  return undefined
}

/** One snapshot shows all of a transaction or nothing of it: as many of them here as there. */
function checkTorn(read: Read, lineage: Lineage): Violation[] {
  const [one, other] = read.seen.map(([, sight]) => sight)
  if (!one || !other || !isPoint(one) || !isPoint(other)) return []
  const here = lineage.together(one)
  const there = lineage.together(other)
  if (here.count === there.count) return []
  const last = here.count > there.count ? here.last : there.last
  return [
    {
      kind: 'torn-transaction',
      message: `keys ${one.key} and ${other.key}: a read sees half of a transaction`,
      operations: last ? [last, read] : [read],
    },
  ]
}

/** For each key, how much it held at least by the acknowledgements up to a moment. */
class Acknowledged {
  readonly #byKey = new Map<number, { readonly ended: number; readonly due: Due }[]>()

  constructor(operations: readonly Operation[], lineage: Lineage) {
    const writes = operations.filter((each) => each.kind === 'write')
    for (const write of writes.toSorted((a, b) => a.ended - b.ended)) {
      if (write.committed !== 'yes') continue
      for (const key of write.keys) {
        const point = lineage.placeOf(write, key)
        if (point === undefined) continue
        const list = this.#byKey.get(key) ?? []
        this.#byKey.set(key, list)
        const before = list.at(-1)?.due
        const due = { point, length: point.length, because: write }
        list.push({ ended: write.ended, due: before && before.length > due.length ? before : due })
      }
    }
  }

  before(key: number, moment: number): Due | undefined {
    const list = this.#byKey.get(key) ?? []
    let [low, high] = [0, list.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((list[middle]?.ended ?? Infinity) < moment) low = middle + 1
      else high = middle
    }
    return list[low - 1]?.due
  }
}
