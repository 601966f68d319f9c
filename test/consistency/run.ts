/** One run of the checker: sessions, faults, and what is to be said of what they saw. */
import { check } from './check.ts'
import { ConsistencyWorld, type Way } from './consistency-world.ts'
import { faults as allFaults, HELD_COMMITS } from './faults.ts'
import type { History, Operation } from './history.ts'
import { mutants } from './mutants.ts'
import { Random } from './random.ts'
import { describe, type Report, tally } from './report.ts'
import { type FaultRecord, makeTrouble } from './trouble.ts'
import { type Violation, violationKinds } from './verdict.ts'
import { NOBODY, Workload } from './workload.ts'

export interface RunOptions {
  readonly seconds: number
  readonly seed: number
  readonly sessions: number
  /** The fewer there are at a time, the more sessions meet at each. */
  readonly keys: number
  readonly ways: readonly Way[]
  /** Only faults in whose name this stands. */
  readonly faults: string
  /** Tidegate with this rule broken. */
  readonly mutant: string | undefined
  readonly onProgress: (line: string) => void
  readonly signal: AbortSignal
}

const WRITE_SHARE = 0.1
const GENERATIONS = 64
const PROGRESS_MS = 5000

export async function run(options: RunOptions): Promise<Report> {
  const { seconds, seed, sessions, keys, onProgress, signal } = options
  const mutant = options.mutant === undefined ? undefined : mutants[options.mutant]
  const allKeys = keys * GENERATIONS
  const ways = new Set(options.ways)
  await using world = await ConsistencyWorld.start({ keys: allKeys, ways, mutant, onProgress })
  const caught = new AbortController()
  const begun = performance.now()
  const ending = AbortSignal.any([signal, caught.signal, AbortSignal.timeout(seconds * 1000)])
  const { clients } = world
  const workload = new Workload({
    clients,
    seed,
    keys,
    allKeys,
    writes: mutant?.writes ?? WRITE_SHARE,
    signal: ending,
  })
  let caughtAfter: number | undefined
  const records: FaultRecord[] = []
  const progress = setInterval(() => {
    onProgress(`${workload.operations.length} operations`)
    if (mutant && caughtAfter === undefined) void catchMutant()
  }, PROGRESS_MS)
  /** So far, by what was there when all of it had ended. */
  async function catchMutant(): Promise<void> {
    const until = Date.now()
    const history = await historyOf(world, workload, records).catch(() => undefined)
    if (!history || ending.aborted) return
    const ended = history.operations.filter((each) => each.ended < until)
    const later = history.operations.filter((each) => each.ended >= until).flatMap(toUnanswered)
    const operations = [...ended, ...later, ...workload.unanswered]
    if (check({ ...history, operations }).length === 0) return
    caughtAfter ??= Math.round(performance.now() - begun) / 1000
    caught.abort()
  }
  try {
    await Promise.all([
      makeTrouble(
        world,
        new Random(seed + 1),
        mutant?.faults ?? options.faults,
        ending,
        records,
      ).catch((error: unknown) => {
        // What has been seen until then is judged all the same.
        onProgress(`no more faults: ${error instanceof Error ? error.message : 'one failed'}`)
      }),
      workload.run(sessions),
    ])
  } finally {
    clearInterval(progress)
  }
  const ran = (performance.now() - begun) / 1000
  onProgress(`${workload.operations.length} operations, checking them`)
  const history = await historyOf(world, workload, records)
  const violations = check(history)
  if (mutant && violations.length > 0) caughtAfter ??= Math.round(ran)
  return toReport({ options, workload, history, violations, records, ran, caughtAfter })
}

async function historyOf(
  world: ConsistencyWorld,
  { operations, branches }: Workload,
  records: readonly FaultRecord[],
): Promise<History> {
  return {
    final: await world.final(branches),
    operations,
    branches,
    held: records.filter(({ name }) => name === HELD_COMMITS),
    forks: world.forks,
  }
}

/** What was written since then may be there already, and what was read is judged later. */
function toUnanswered(operation: Operation): Operation[] {
  return operation.kind === 'write' ? [{ ...operation, committed: 'unknown' }] : []
}

interface Ran {
  readonly options: RunOptions
  readonly workload: Workload
  readonly history: History
  readonly violations: readonly Violation[]
  readonly records: readonly FaultRecord[]
  readonly ran: number
  readonly caughtAfter: number | undefined
}

function toReport(ran: Ran): Report {
  const { options, workload, history, violations, records, caughtAfter } = ran
  const { operations, forks } = history
  const { seed, seconds, mutant } = options
  const reads = operations.filter(({ kind, source }) => kind === 'read' && source !== NOBODY)
  const writes = operations.filter((each) => each.kind === 'write')
  const hit = tally(records.map(({ name }) => name))
  const firsts = violationKinds.flatMap(
    (kind) => violations.find((each) => each.kind === kind) ?? [],
  )
  const told = operations.filter(({ toldOfLoss }) => toldOfLoss).map(({ request }) => request)
  return {
    mutant,
    seed,
    seconds,
    operations: reads.length + writes.length,
    operations_per_second: Math.round((reads.length + writes.length) / ran.ran),
    writes: writes.length,
    reads: reads.length,
    reads_by_source: tally(reads.map(({ source }) => source)),
    operations_by_client: tally(operations.map(({ client }) => client)),
    failed_reads: Object.fromEntries(workload.failures.reads),
    failed_writes: Object.fromEntries(workload.failures.writes),
    faults: hit,
    faults_missing: Object.keys(allFaults).filter((name) => !(name in hit)),
    failovers: forks.length,
    lost_writes: writes.filter(
      ({ committed, keys, value }) =>
        committed === 'yes' && keys.some((key) => !isThere(history, key, value)),
    ).length,
    told_of_loss: new Set(told).size,
    violations: {
      ...Object.fromEntries(violationKinds.map((kind) => [kind, 0])),
      ...tally(violations.map(({ kind }) => kind)),
    },
    examples: firsts.map((first) => describe(first, records, forks, again(options))),
    caught_after: caughtAfter,
  }
}

function isThere({ branches, final }: History, key: number, value: number): boolean {
  const point = branches.find(key, value)
  return point !== undefined && final.get(key)?.holds(point) === true
}

function again({ seconds, seed, sessions, keys, ways, faults, mutant }: RunOptions): string {
  return [
    'npm run check:consistency --',
    `--seconds ${seconds} --seed ${seed} --sessions ${sessions} --keys ${keys}`,
    `--through ${ways.join()}`,
    ...(faults === '' ? [] : [`--faults '${faults}'`]),
    ...(mutant === undefined ? [] : [`--mutant ${mutant}`]),
  ].join(' ')
}
