/** Of each session: that it never goes back behind what it wrote or saw, unless it is told so. */
import type { Point } from './branches.ts'
import type { History, Operation, Read, Write } from './history.ts'
import { isPoint } from './history.ts'
import { type Due, isPast, type Lineage, shows } from './lineage.ts'
import type { Violation } from './verdict.ts'

class SessionState {
  /** By its own writes. */
  readonly written = new Map<number, Due>()
  /** By its own reads. */
  readonly read = new Map<number, Due>()
  /** What it wrote or saw and a failover lost, and it has not been told. */
  lost: Operation[] = []
}

export function checkSessions(history: History, lineage: Lineage): Violation[] {
  const { operations } = history
  const violations: Violation[] = []
  const sessions = new Map<number, SessionState>()
  const told = new Set(operations.filter((each) => each.toldOfLoss).map(({ request }) => request))
  for (const operation of operations.toSorted((a, b) => a.index - b.index)) {
    const state = sessions.get(operation.session) ?? new SessionState()
    sessions.set(operation.session, state)
    violations.push(...noteLoss(operation, state, lineage, told.has(operation.request)))
    if (operation.kind === 'write') violations.push(...noteWrite(operation, state, lineage))
    else violations.push(...noteRead(operation, state, history, lineage))
  }
  return violations
}

/** Once it has an answer of the later history, the session must have been told what is not in there. */
function noteLoss(
  operation: Operation,
  state: SessionState,
  lineage: Lineage,
  isTold: boolean,
): Violation[] {
  const untold = isTold ? undefined : state.lost.find((each) => isPast(operation, each))
  if (isTold || untold) forget(state, lineage)
  const violations: Violation[] = []
  if (untold) {
    violations.push({
      kind: 'untold-loss',
      message: `a session goes on after a failover and is not told that it lost what it ${untold.kind === 'write' ? 'wrote' : 'saw'}`,
      operations: [untold, operation],
    })
  }
  if (operation.toldOfLoss && !lineage.forks.some(({ begun }) => begun <= operation.ended)) {
    violations.push({
      kind: 'false-alarm',
      message: 'a session is told that writes were lost, and there was no failover',
      operations: [operation],
    })
  }
  return violations
}

/** What survived of what it wrote and saw it must go on to see. */
function forget(state: SessionState, lineage: Lineage): void {
  state.lost = []
  for (const dues of [state.written, state.read]) {
    for (const [key, due] of dues) {
      const point = due.point && lineage.survivor(due.point)
      if (point?.parent) dues.set(key, { ...due, point, length: point.length })
      // Of a number nobody knows what it counted, and of an unseen write what it stood on.
      else dues.delete(key)
    }
  }
}

function noteWrite(write: Write, state: SessionState, lineage: Lineage): Violation[] {
  const violations: Violation[] = []
  for (const key of write.keys) {
    const place = lineage.seenPlaceOf(write, key)
    const [own, seen] = [state.written.get(key), state.read.get(key)]
    const isExcused = (due: Due): boolean =>
      isLostBefore(due, write, lineage) || isOnLostBranch(write, place, due, lineage)
    if (place && own && !shows(place, own) && !isExcused(own)) {
      violations.push({
        kind: 'monotonic-writes',
        message: `key ${key}: a session's later write stands before its earlier one`,
        operations: [own.because, write],
      })
    }
    if (place && seen && !shows(place, seen) && !isExcused(seen)) {
      violations.push({
        kind: 'writes-follow-reads',
        message: `key ${key}: a write stands before what its session had seen`,
        operations: [seen.because, write],
      })
    }
    if (write.committed === 'yes') {
      state.written.set(key, { point: place, length: place?.length ?? 0, because: write })
    }
  }
  const isLost = write.committed === 'yes' && lineage.missing(write) !== undefined
  // It may be told with the very answer, and stays told until the end of the request.
  if (isLost && !write.toldOfLoss) state.lost.push(write)
  return violations
}

/** The session is told of it, or not, which `noteLoss` sees; here it explains what is missing. */
function isLostBefore({ because, point }: Due, operation: Operation, lineage: Lineage): boolean {
  const isLost = point === undefined || lineage.isLost(point)
  return isLost && isPast(operation, because)
}

/** A former primary that goes on took it: it is lost, which `noteLoss` sees told, and stands nowhere. */
function isOnLostBranch(
  write: Write,
  place: Point | undefined,
  { because }: Due,
  lineage: Lineage,
): boolean {
  return place !== undefined && lineage.isLost(place) && isPast(because, write)
}

/**
 * The two limits that docs/design.md states. While a commit is held, a standby shows it and home does
 * not. And while a standby finishes the redo of a commit, an answer may show this one commit above the
 * position that it tells.
 */
function isByDesign(read: Read, length: number, seen: Due, { held }: History): boolean {
  const { because } = seen
  const wasNear = because.kind === 'read' && because.from !== 'primary'
  if (wasNear && length === seen.length - 1) return true
  return (
    read.from === 'primary' &&
    held.some(({ begun, ended }) => read.begun <= ended && read.ended >= begun)
  )
}

function noteRead(
  read: Read,
  state: SessionState,
  history: History,
  lineage: Lineage,
): Violation[] {
  const violations: Violation[] = []
  const holds = read.freshness === 'session' || read.freshness === 'strong'
  for (const [key, sight] of read.seen) {
    const [own, seen] = [state.written.get(key), state.read.get(key)]
    if (holds && own && !shows(sight, own) && !isLostBefore(own, read, lineage)) {
      violations.push({
        kind: 'read-your-writes',
        message: `key ${key}: a session does not see its own write`,
        operations: [own.because, read],
      })
    }
    // A strong read is home's, which a standby may be ahead of.
    const isLess = read.freshness === 'session' && seen !== undefined && !shows(sight, seen)
    const isExcused = isLess && isByDesign(read, sight.length, seen, history)
    if (isLess && !isExcused && !isLostBefore(seen, read, lineage)) {
      violations.push({
        kind: 'monotonic-reads',
        message: `key ${key}: a session sees less than it has seen before`,
        operations: [seen.because, read],
      })
    }
    const point = isPoint(sight) ? sight : undefined
    if (!seen || shows(sight, seen) || isLostBefore(seen, read, lineage)) {
      state.read.set(key, { point, length: sight.length, because: read })
    }
    if (point && !read.toldOfLoss && isSurelyLost(point, read, lineage)) state.lost.push(read)
  }
  return violations
}

/** One commit more than a near answer tells may be seen in it: of that one its position knows nothing. */
function isSurelyLost(point: Point, read: Read, lineage: Lineage): boolean {
  if (!lineage.isLost(point)) return false
  return read.from === 'primary' || lineage.survivor(point).length < point.length - 1
}
