/** Whether a history is one that Tidegate allows, and if not, the two operations that disagree. */
import type { History, Operation, Read, Write } from './history.ts'

export const violationKinds = [
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
  'bounded-staleness',
  'strong-reads',
  'lost-write',
  'invented-value',
  'torn-transaction',
] as const
export type ViolationKind = (typeof violationKinds)[number]

export interface Violation {
  readonly kind: ViolationKind
  readonly message: string
  readonly operations: readonly Operation[]
}

/** Two processes read one clock, at slightly different moments. */
const CLOCK_TOLERANCE_MS = 5

export function check(history: History): readonly Violation[] {
  const order = new Order(history)
  return [
    ...checkFinal(history, order),
    ...checkSessions(history, order),
    ...checkReads(history, order),
  ]
}

interface Together {
  readonly count: number
  readonly last: Write | undefined
}

/** Where each value stands in its registers. */
class Order {
  readonly writes: ReadonlyMap<number, Write>
  readonly #places = new Map<number, Map<number, number>>()
  readonly #together = new Map<string, readonly Together[]>()

  constructor({ operations, final }: History) {
    this.writes = new Map(
      operations.filter((each) => each.kind === 'write').map((each) => [each.value, each]),
    )
    for (const [key, values] of final) {
      this.#places.set(key, new Map(values.map((value, place) => [value, place])))
    }
  }

  /** Among the first so many values of a register those that another one got in the same transaction. */
  together(key: number, length: number, other: number): { count: number; last: Write | undefined } {
    const pair = `${key},${other}`
    const counts = this.#together.get(pair) ?? this.#countTogether(key, other)
    this.#together.set(pair, counts)
    return counts[Math.min(length, counts.length - 1)] ?? { count: 0, last: undefined }
  }

  #countTogether(key: number, other: number): Together[] {
    const counts: Together[] = [{ count: 0, last: undefined }]
    for (const value of this.#places.get(key)?.keys() ?? []) {
      const before = counts.at(-1) ?? { count: 0, last: undefined }
      const write = this.writes.get(value)
      const both = write?.keys.includes(other) === true
      counts.push(both ? { count: before.count + 1, last: write } : before)
    }
    return counts
  }

  /** `undefined`: it is not there. */
  placeOf(key: number, value: number): number | undefined {
    return this.#places.get(key)?.get(value)
  }
}

function checkFinal({ operations, final }: History, order: Order): Violation[] {
  const violations: Violation[] = []
  for (const [key, values] of final) {
    for (const value of values) {
      const write = order.writes.get(value)
      if (write?.keys.includes(key) && write.committed !== 'no') continue
      violations.push({
        kind: 'invented-value',
        message: `register ${key} holds ${value}, which nobody has written there`,
        operations: write ? [write] : [],
      })
    }
  }
  for (const operation of operations) {
    if (operation.kind !== 'write' || operation.committed !== 'yes') continue
    const missing = operation.keys.find((key) => order.placeOf(key, operation.value) === undefined)
    if (missing === undefined) continue
    violations.push({
      kind: 'lost-write',
      message: `register ${missing} lacks ${operation.value}, which was acknowledged`,
      operations: [operation],
    })
  }
  return violations
}

/** How long a register's prefix is that the session must see, and which operation says so. */
interface Due {
  readonly length: number
  readonly because: Operation
}

class SessionState {
  /** By its own writes. */
  readonly written = new Map<number, Due>()
  /** By its own reads. */
  readonly read = new Map<number, Due>()
}

function checkSessions(history: History, order: Order): Violation[] {
  const violations: Violation[] = []
  const sessions = new Map<number, SessionState>()
  for (const operation of inSessionOrder(history.operations)) {
    const state = sessions.get(operation.session) ?? new SessionState()
    sessions.set(operation.session, state)
    if (operation.kind === 'write') violations.push(...noteWrite(operation, state, order))
    else violations.push(...noteRead(operation, state, history))
  }
  return violations
}

function inSessionOrder(operations: readonly Operation[]): readonly Operation[] {
  return operations.toSorted((a, b) => a.session - b.session || a.index - b.index)
}

function noteWrite(write: Write, state: SessionState, order: Order): Violation[] {
  const violations: Violation[] = []
  for (const key of write.keys) {
    const place = order.placeOf(key, write.value)
    if (place === undefined) continue
    const [own, seen] = [state.written.get(key), state.read.get(key)]
    if (own && own.length > place) {
      violations.push({
        kind: 'monotonic-writes',
        message: `register ${key}: a session's later write stands before its earlier one`,
        operations: [own.because, write],
      })
    }
    if (seen && seen.length > place) {
      violations.push({
        kind: 'writes-follow-reads',
        message: `register ${key}: a write stands before what its session had seen`,
        operations: [seen.because, write],
      })
    }
    if (write.committed === 'yes') state.written.set(key, { length: place + 1, because: write })
  }
  return violations
}

/**
 * The two limits that docs/design.md states. While a commit is held, a standby shows it and home does
 * not. And while a standby finishes the redo of a commit, an answer may show this one commit above the
 * position that it tells.
 */
function isByDesign(read: Read, length: number, seen: Due, { held, primary }: History): boolean {
  const { because } = seen
  const wasNear = because.kind === 'read' && because.source !== primary
  if (wasNear && length === seen.length - 1) return true
  return (
    read.source === primary &&
    held.some(({ begun, ended }) => read.begun <= ended && read.ended >= begun)
  )
}

function noteRead(read: Read, state: SessionState, history: History): Violation[] {
  const violations: Violation[] = []
  const holds = read.freshness === 'session' || read.freshness === 'strong'
  for (const [key, values] of read.seen) {
    const [own, seen] = [state.written.get(key), state.read.get(key)]
    if (holds && own && values.length < own.length) {
      violations.push({
        kind: 'read-your-writes',
        message: `register ${key}: a session does not see its own write`,
        operations: [own.because, read],
      })
    }
    // A strong read is home's, which a standby may be ahead of.
    const isLess = read.freshness === 'session' && seen !== undefined && values.length < seen.length
    if (isLess && !isByDesign(read, values.length, seen, history)) {
      violations.push({
        kind: 'monotonic-reads',
        message: `register ${key}: a session sees less than it has seen before`,
        operations: [seen.because, read],
      })
    }
    if (!seen || values.length > seen.length) {
      state.read.set(key, { length: values.length, because: read })
    }
  }
  return violations
}

function checkReads({ operations, final }: History, order: Order): Violation[] {
  const violations: Violation[] = []
  const acknowledged = new Acknowledged(operations, order)
  for (const read of operations) {
    if (read.kind !== 'read') continue
    violations.push(...checkSeen(read, final, order), ...checkTorn(read, order))
    if (read.freshness === 'any' || read.freshness === 'session') continue
    const isStrong = read.freshness === 'strong'
    const tolerance = isStrong ? 0 : read.freshness.within + CLOCK_TOLERANCE_MS
    for (const [key, values] of read.seen) {
      const due = acknowledged.before(key, read.begun - tolerance)
      if (!due || values.length >= due.length) continue
      violations.push({
        kind: isStrong ? 'strong-reads' : 'bounded-staleness',
        message: `register ${key}: a read lacks what was acknowledged before it may lack it`,
        operations: [due.because, read],
      })
    }
  }
  return violations
}

/** What it saw must be what the register once held: the beginning of what it holds in the end. */
function checkSeen(read: Read, final: History['final'], order: Order): Violation[] {
  for (const [key, values] of read.seen) {
    const whole = final.get(key) ?? []
    const wrong = values.findIndex((value, place) => whole[place] !== value)
    if (wrong === -1) continue
    const write = order.writes.get(values[wrong] ?? Number.NaN)
    return [
      {
        kind: 'invented-value',
        message: `register ${key} never held what was read: it differs from place ${wrong} on`,
        operations: write ? [write, read] : [read],
      },
    ]
  }
  return []
}

/** One snapshot shows all of a transaction or nothing of it: as many of them here as there. */
function checkTorn(read: Read, order: Order): Violation[] {
  const [[key, values] = [], [other, others] = []] = [...read.seen]
  if (key === undefined || other === undefined || !values || !others) return []
  const here = order.together(key, values.length, other)
  const there = order.together(other, others.length, key)
  if (here.count === there.count) return []
  const last = here.count > there.count ? here.last : there.last
  return [
    {
      kind: 'torn-transaction',
      message: `registers ${key} and ${other}: a read sees half of a transaction`,
      operations: last ? [last, read] : [read],
    },
  ]
}

/** For each register, how long it was at least by the acknowledgements up to a moment. */
class Acknowledged {
  readonly #byKey = new Map<number, { readonly ended: number; readonly due: Due }[]>()

  constructor(operations: readonly Operation[], order: Order) {
    const writes = operations.filter((each) => each.kind === 'write' && each.committed === 'yes')
    for (const write of writes.toSorted((a, b) => a.ended - b.ended)) {
      if (write.kind !== 'write') continue
      for (const key of write.keys) {
        const place = order.placeOf(key, write.value)
        if (place === undefined) continue
        const list = this.#byKey.get(key) ?? []
        this.#byKey.set(key, list)
        const before = list.at(-1)?.due
        const due = before && before.length > place ? before : { length: place + 1, because: write }
        list.push({ ended: write.ended, due })
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
