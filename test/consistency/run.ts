/** One run of the checker: sessions, faults, and what is to be said of what they saw. */
import { check, type Violation, violationKinds } from './check.ts'
import { ConsistencyWorld } from './consistency-world.ts'
import { type FaultRecord, HELD_COMMITS, makeTrouble } from './faults.ts'
import type { Operation } from './history.ts'
import { mutants } from './mutants.ts'
import { Random } from './random.ts'
import { Workload } from './workload.ts'

export interface RunOptions {
  readonly seconds: number
  readonly seed: number
  readonly sessions: number
  /** The fewer there are, the more sessions meet at each. */
  readonly registers: number
  /** Tidegate with this rule broken. */
  readonly mutant: string | undefined
  readonly onProgress: (line: string) => void
  readonly signal: AbortSignal
}

export interface Report {
  readonly mutant: string | undefined
  readonly seed: number
  readonly seconds: number
  readonly operations: number
  readonly writes: number
  readonly reads: number
  readonly reads_by_source: Readonly<Record<string, number>>
  readonly failed_reads: Readonly<Record<string, number>>
  readonly failed_writes: Readonly<Record<string, number>>
  readonly faults: Readonly<Record<string, number>>
  readonly violations: Readonly<Record<string, number>>
  readonly first_violation: string | undefined
}

const WRITE_SHARE = 0.1

export async function run(options: RunOptions): Promise<Report> {
  const { seconds, seed, sessions, registers, onProgress, signal } = options
  const mutant = options.mutant === undefined ? undefined : mutants[options.mutant]
  await using world = await ConsistencyWorld.start({ registers, mutant, onProgress })
  const random = new Random(seed)
  const ending = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)])
  const workload = new Workload({
    clients: world.clients,
    random,
    registers,
    writes: WRITE_SHARE,
    signal: ending,
  })
  const progress = setInterval(() => {
    onProgress(`${workload.operations.length} operations`)
  }, 5000)
  const [faults] = await Promise.all([
    makeTrouble(world, new Random(seed + 1), ending),
    workload.run(sessions),
  ])
  clearInterval(progress)
  const { operations, failures } = workload
  const history = {
    operations,
    final: await world.final(),
    held: faults.filter(({ name }) => name === HELD_COMMITS),
    primary: world.world.primary.name,
  }
  const violations = check(history)
  return {
    mutant: options.mutant,
    seed,
    seconds,
    operations: operations.length,
    writes: operations.filter(({ kind }) => kind === 'write').length,
    reads: operations.filter(({ kind }) => kind === 'read').length,
    reads_by_source: tally(
      operations.flatMap((each) => (each.kind === 'read' ? [each.source] : [])),
    ),
    failed_reads: Object.fromEntries(failures.reads),
    failed_writes: Object.fromEntries(failures.writes),
    faults: tally(faults.map(({ name }) => name)),
    violations: {
      ...Object.fromEntries(violationKinds.map((kind) => [kind, 0])),
      ...tally(violations.map(({ kind }) => kind)),
    },
    first_violation: violations[0] && describe(violations[0], faults, options),
  }
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** What a person needs to find it: the two operations, what was wrong around them, how to see it again. */
function describe(
  { kind, message, operations }: Violation,
  faults: readonly FaultRecord[],
  { seed, seconds, sessions, registers }: RunOptions,
): string {
  const from = Math.min(...operations.map(({ begun }) => begun)) - 2000
  const until = Math.max(...operations.map(({ ended }) => ended))
  const around = faults.filter(({ begun, ended }) => begun <= until && ended >= from)
  return [
    `${kind}: ${message}`,
    ...operations.map(line),
    ...around.map(({ name, begun, ended }) => `  fault  ${time(begun)} to ${time(ended)} ${name}`),
    `again: npm run check:consistency -- --seconds ${seconds} --seed ${seed} --sessions ${sessions} --registers ${registers}`,
  ].join('\n')
}

function line(operation: Operation): string {
  const { kind, session, begun, ended } = operation
  const what =
    operation.kind === 'write'
      ? `${operation.value} to ${operation.keys.join(' and ')}, committed ${operation.committed}`
      : `${JSON.stringify(operation.freshness)} from ${operation.source} at ${operation.position}: ${[
          ...operation.seen,
        ]
          .map(([key, values]) => `${key} holds ${values.length}, last ${values.at(-1)}`)
          .join('; ')}`
  return `  ${kind.padEnd(6)} ${time(begun)} to ${time(ended)} session ${session}: ${what}`
}

function time(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23)
}
