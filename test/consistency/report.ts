/** What a run has to say, to people and to programs. */
import { formatLsn } from '../../src/tide/lsn.ts'
import { type Fork, isPoint, type Operation, type Sight } from './history.ts'
import type { FaultRecord } from './trouble.ts'
import type { Violation } from './verdict.ts'

export interface Report {
  readonly mutant: string | undefined
  readonly seed: number
  readonly seconds: number
  readonly operations: number
  readonly operations_per_second: number
  readonly writes: number
  readonly reads: number
  readonly reads_by_source: Readonly<Record<string, number>>
  readonly operations_by_client: Readonly<Record<string, number>>
  readonly failed_reads: Readonly<Record<string, number>>
  readonly failed_writes: Readonly<Record<string, number>>
  readonly faults: Readonly<Record<string, number>>
  /** Kinds of fault that did not come up. */
  readonly faults_missing: readonly string[]
  readonly failovers: number
  /** Acknowledged, and lost with a former primary. */
  readonly lost_writes: number
  /** Requests whose session was told that writes of it are lost. */
  readonly told_of_loss: number
  readonly violations: Readonly<Record<string, number>>
  /** The first of each kind. */
  readonly examples: readonly string[]
  /** Of a mutant: after how many seconds it was caught. */
  readonly caught_after: number | undefined
}

export function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** What a person needs to find it: the two operations, what was wrong around them, how to see it again. */
export function describe(
  { kind, message, operations }: Violation,
  faults: readonly FaultRecord[],
  forks: readonly Fork[],
  again: string,
): string {
  const from = Math.min(...operations.map(({ begun }) => begun)) - 10_000
  const until = Math.max(...operations.map(({ ended }) => ended))
  const around = faults.filter(({ begun, ended }) => begun <= until && ended >= from)
  const forked = forks.filter(({ begun, formerGone }) => begun <= until && formerGone >= from)
  return [
    `${kind}: ${message}`,
    ...operations.flatMap(line),
    ...around.map(({ name, begun, ended }) => `  fault  ${time(begun)} to ${time(ended)} ${name}`),
    ...forked.map(
      ({ begun, ended, epoch, at, formerGone }) =>
        `  fork   ${time(begun)} to ${time(ended)} epoch ${epoch} from ${formatLsn(at)}, the former primary gone by ${time(formerGone)}`,
    ),
    `again: ${again}`,
  ].join('\n')
}

function line(operation: Operation): string[] {
  const { kind, session, begun, ended, source, position, client, toldOfLoss, route } = operation
  const where = position ? ` at ${position.epoch}:${formatLsn(position.lsn)}` : ''
  const what =
    operation.kind === 'write'
      ? `${operation.value} to ${operation.keys.join(' and ')}, committed ${operation.committed}`
      : `${JSON.stringify(operation.freshness)} ${operation.seen.map(sighted).join('; ')}`
  return [
    `  ${kind.padEnd(6)} ${time(begun)} to ${time(ended)} session ${session}, ${client}, by ${source}${where}: ${what}${toldOfLoss ? ', told of a loss' : ''}`,
    `         asked: ${route}`,
  ]
}

function sighted([key, sight]: readonly [number, Sight]): string {
  const last = isPoint(sight) && sight.parent ? `, last ${sight.value}` : ''
  return `${key} holds ${sight.length}${last}`
}

function time(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23)
}
