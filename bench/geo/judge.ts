/**
 * Which reads gave less than they should have. Versions of an item rise by one with each write, so an
 * older one tells by itself that something is missing.
 */
import type { Operation, ReadOperation, WriteOperation } from './operation.ts'

export interface Verdict {
  readonly sessionReads: number
  /** It lacks what the same session had written. */
  readonly readYourWrites: number
  /** It lacks what the same session had read. */
  readonly monotonicReads: number
  readonly boundedReads: number
  /** It lacks what was acknowledged longer ago than the bound. */
  readonly beyondBound: number
}

/** @param since what began earlier is known, but not judged */
export function judge(operations: readonly Operation[], since = -Infinity): Verdict {
  const acknowledged = new Acknowledged(operations)
  const sessions = new Map<number, Seen>()
  const verdict = {
    sessionReads: 0,
    readYourWrites: 0,
    monotonicReads: 0,
    boundedReads: 0,
    beyondBound: 0,
  }
  // A session does one thing after the other.
  for (const operation of operations.toSorted((a, b) => a.begun - b.begun)) {
    const seen = sessions.get(operation.session) ?? new Seen()
    sessions.set(operation.session, seen)
    const { item } = operation
    if (operation.kind === 'write') {
      raise(seen.written, item, operation.version)
      continue
    }
    const { version } = operation.reading
    if (operation.begun >= since) {
      if (operation.withinMs === undefined) {
        verdict.sessionReads++
        if (version < (seen.written.get(item) ?? 0)) verdict.readYourWrites++
        if (version < (seen.read.get(item) ?? 0)) verdict.monotonicReads++
      } else {
        verdict.boundedReads++
        if (version < acknowledged.before(operation, operation.withinMs)) verdict.beyondBound++
      }
    }
    raise(seen.read, item, version)
  }
  return verdict
}

class Seen {
  readonly written = new Map<number, number>()
  readonly read = new Map<number, number>()
}

function raise(versions: Map<number, number>, item: number, version: number): void {
  versions.set(item, Math.max(version, versions.get(item) ?? 0))
}

/** The highest version of each item that was acknowledged by a moment. */
class Acknowledged {
  readonly #writes = new Map<number, WriteOperation[]>()

  constructor(operations: readonly Operation[]) {
    for (const operation of operations) {
      if (operation.kind !== 'write') continue
      const writes = this.#writes.get(operation.item) ?? []
      writes.push(operation)
      this.#writes.set(operation.item, writes)
    }
  }

  before({ item, begun }: ReadOperation, withinMs: number): number {
    const latest = begun - withinMs
    const versions = (this.#writes.get(item) ?? [])
      .filter(({ ended }) => ended < latest)
      .map(({ version }) => version)
    return Math.max(0, ...versions)
  }
}
