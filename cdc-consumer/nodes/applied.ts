/**
 * Publishes how far each node of the region has come. What is published is a lower bound for good;
 * a node that cannot be asked, or whose branch of history is not certain, is left as it was.
 */
import type { Applied, TideTable } from '../../src/cache/tide-table/tide-table.ts'
import { beforeStatement, readBefore } from '../../src/drivers/positions.ts'
import { isTidegateError } from '../../src/errors.ts'
import { endOf, type History, locate } from '../../src/tide/history.ts'
import { type Lsn, LSN_ZERO } from '../../src/tide/lsn.ts'
import { parseXid } from '../../src/tide/xid.ts'
import { Backoff, pause, within } from '../backoff.ts'
import type { ConsumerEvent } from '../events.ts'
import { TIMELINE_STATEMENT, type TimelineRow } from '../sources/stream-history.ts'
import type { ClusterNode } from './cluster-node.ts'
import type { Cluster } from './cluster.ts'

export interface AppliedOptions {
  readonly cluster: Cluster
  readonly table: TideTable
  /** @default 100 */
  readonly intervalMs?: number | undefined
  readonly onEvent: (event: ConsumerEvent) => void
}

/** At rest a node is asked less and less often, up to so many intervals apart. */
const SLOWEST = 5
const RAISE_TIMEOUT_MS = 5_000

export class AppliedPositions {
  readonly #options: AppliedOptions
  readonly #abort = new AbortController()

  constructor(options: AppliedOptions) {
    this.#options = options
  }

  async run(): Promise<void> {
    await Promise.all(
      this.#options.cluster.nodes.map(async (node) => {
        await this.#follow(node)
      }),
    )
  }

  stop(): void {
    this.#abort.abort()
  }

  async #follow(node: ClusterNode): Promise<void> {
    const { intervalMs = 100, onEvent } = this.#options
    const { signal } = this.#abort
    const backoff = new Backoff({ firstMs: intervalMs, longestMs: 5_000 })
    let before = ''
    let waits = 1
    while (!signal.aborted) {
      try {
        const applied = await this.#ask(node)
        backoff.reset()
        const now = `${applied?.epoch} ${applied?.lsn} ${applied?.role}`
        waits = now === before ? Math.min(waits + 1, SLOWEST) : 1
        before = now
        await pause(intervalMs * waits, signal)
      } catch (error) {
        if (signal.aborted) return
        onEvent({ name: 'node-unknown', node: node.name, reason: reasonOf(error) })
        await backoff.pause(signal)
      }
    }
  }

  async #ask(node: ClusterNode): Promise<Applied | undefined> {
    const { cluster, table, onEvent } = this.#options
    if (!cluster.history) return undefined
    const applied =
      node.role === 'subscriber'
        ? await subscriberStanding(node, cluster.history)
        : await physicalStanding(node, cluster)
    if (!applied) {
      onEvent({ name: 'node-unknown', node: node.name, reason: 'its history is not certain' })
      return undefined
    }
    const { role, lsn, at } = applied
    onEvent({ name: 'node-polled', node: node.name, role, lsn, at })
    const raising = table.raise({ applied: new Map([[node.name, applied]]) })
    await within(RAISE_TIMEOUT_MS, 'Raising the tide table', raising)
    return applied
  }
}

async function physicalStanding(node: ClusterNode, cluster: Cluster): Promise<Applied | undefined> {
  const [row] = await node.askText(beforeStatement('standby', []))
  const asked = { fields: [], rows: row ? [row] : [], command: 'SELECT', rowCount: 1 }
  const { role, lo, at } = readBefore('standby', asked, [], { inside: false })
  const { timeline } = await node.askOne<TimelineRow>(TIMELINE_STATEMENT)
  // One that was promoted: whoever sees it first finds out what it means.
  if (timeline > (cluster.history?.current ?? 0)) await cluster.findPrimary()
  const { history } = cluster
  if (!history) return undefined
  const xmin = row?.[2] ?? undefined
  const rest = { timeline, xmin: xmin === undefined ? undefined : parseXid(xmin), at }
  if (role === 'primary') {
    // What it writes is not visible there yet: of a primary only where its history began is certain.
    if (timeline !== history.current) return undefined
    return { ...locate(history.ended.at(-1)?.endedAt ?? LSN_ZERO, history), role, ...rest }
  }
  const lsn = 'lsn' in lo ? lo.lsn : LSN_ZERO
  return isOnTodaysBranch(lsn, timeline, history)
    ? { ...locate(lsn, history), role, ...rest }
    : undefined
}

/** A standby that has replayed past a fork on the old branch shows work that was lost. */
function isOnTodaysBranch(lsn: Lsn, timeline: number, history: History): boolean {
  if (timeline >= history.current) return true
  const end = endOf(timeline, history)
  return end !== undefined && lsn <= end.endedAt
}

/** The heartbeat's row says on which timeline it was written. */
async function subscriberStanding(
  node: ClusterNode,
  history: History,
): Promise<Applied | undefined> {
  const [row] = await node.askText(beforeStatement('subscriber', []))
  const asked = { fields: [], rows: row ? [row] : [], command: 'SELECT', rowCount: 1 }
  const { lo, at } = readBefore('subscriber', asked, [], { inside: false })
  const lsn = 'lsn' in lo ? lo.lsn : LSN_ZERO
  // After the position: a later row may only be of a later timeline, and then of a higher position.
  const { timeline } = await node.askOne<{ timeline: number | null }>(
    'select max(timeline) as timeline from tidegate.tide',
  )
  if (timeline === null || !isOnTodaysBranch(lsn, timeline, history)) return undefined
  return { ...locate(lsn, history), role: 'subscriber', timeline, xmin: undefined, at }
}

/** For people, without what the server said: it may quote data. */
function reasonOf(error: unknown): string {
  return isTidegateError(error) ? error.message : 'it cannot be reached'
}
