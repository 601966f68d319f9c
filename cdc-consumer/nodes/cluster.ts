/**
 * The nodes, which of them is the primary, and the history that they follow. All of it is found by
 * asking: a promotion is seen by whoever asks first, and each restart begins with no opinion.
 */
import type { Mark, PrimaryNode } from '../../src/cache/tide-table/tide-table.ts'
import { TidegateError } from '../../src/errors.ts'
import { type History, locate } from '../../src/tide/history.ts'
import { parseLsn, toLsn } from '../../src/tide/lsn.ts'
import { parseXid } from '../../src/tide/xid.ts'
import type { ConsumerEvent } from '../events.ts'
import { ReplicationError } from '../replication/replication-error.ts'
import { ClusterNode, type NodeOptions } from './cluster-node.ts'
import { identify } from './identify.ts'

interface Standing {
  readonly standby: boolean
  readonly timeline: number | undefined
}

export class Cluster implements AsyncDisposable {
  readonly nodes: readonly ClusterNode[]
  readonly #onEvent: (event: ConsumerEvent) => void
  readonly #listeners = new Set<(history: History) => void>()
  #history: History | undefined
  #primary: ClusterNode | undefined
  #systemId: string | undefined

  constructor(nodes: readonly NodeOptions[], onEvent: (event: ConsumerEvent) => void) {
    this.nodes = nodes.map((options) => new ClusterNode(options))
    this.#onEvent = onEvent
  }

  /** The newest that is known; `undefined` until a server has told. */
  get history(): History | undefined {
    return this.#history
  }

  /** The primary of the newest history, as far as it has been found. */
  get primary(): ClusterNode | undefined {
    return this.#primary
  }

  get primaryNode(): PrimaryNode | undefined {
    return this.#primary && this.#history
      ? { epoch: this.#history.current, node: this.#primary.name }
      : undefined
  }

  node(name: string): ClusterNode {
    const node = this.nodes.find((each) => each.name === name)
    if (!node) {
      throw new TidegateError('CONFIG_INVALID', 'source: expected the name of one of the nodes.')
    }
    return node
  }

  onHistory(listener: (history: History) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @throws ReplicationError if it is of a primary that was replaced, or of another cluster */
  learn(history: History, systemId?: string): void {
    const known = this.#history
    if (known && history.current < known.current) throw new ReplicationError('timeline-stale')
    if (systemId !== undefined) {
      if (this.#systemId !== undefined && systemId !== this.#systemId) {
        throw new ReplicationError('system-changed')
      }
      this.#systemId = systemId
    }
    if (known?.current === history.current) return
    this.#history = history
    if (known) {
      this.#primary = undefined
      this.#onEvent({ name: 'history-changed', epoch: history.current, primary: undefined })
    }
    for (const listener of this.#listeners) listener(history)
  }

  /** Asks all that may be the primary. Of several that say so the newest timeline is right. */
  async findPrimary(): Promise<ClusterNode> {
    const candidates = this.nodes.filter(({ role }) => role !== 'subscriber')
    const standings = await Promise.allSettled(
      candidates.map(async (node) => ({ node, standing: await standingOf(node) })),
    )
    const [found] = standings
      .flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
      .filter(({ standing }) => !standing.standby)
      .toSorted((a, b) => (b.standing.timeline ?? 0) - (a.standing.timeline ?? 0))
    if (!found) throw new ReplicationError('disconnected')
    const {
      node,
      standing: { timeline = 0 },
    } = found
    if (this.#history && timeline < this.#history.current) {
      throw new ReplicationError('timeline-stale')
    }
    if (!this.#history || timeline > this.#history.current) {
      const { systemId, history } = await identify(node.url)
      this.learn(history, systemId)
    }
    this.#primary = node
    return node
  }

  /**
   * A position at or above everything that has been committed by now, and above every transaction
   * that has been given an id: what is stamped below it may be told to go, whatever was missed.
   *
   * @param witness a standby that may stand in for a primary that cannot be reached: what it has
   *   replayed is decided below its snapshot's `xmax`. The slot must be that standby's own.
   */
  async floor(witness: ClusterNode | undefined): Promise<Mark> {
    try {
      return await this.#primaryFloor(await this.findPrimary())
    } catch (error) {
      if (!witness || !this.#history) throw error
      return await standbyFloor(witness, this.#history)
    }
  }

  async #primaryFloor(node: ClusterNode): Promise<Mark> {
    const history = this.#history
    if (!history) throw new ReplicationError('disconnected')
    return await node.withClient(async (client) => {
      const { rows } = await client.query<{ lsn: string }>(
        'select pg_current_wal_insert_lsn()::text as lsn',
      )
      // Afterwards: whatever committed up to there had its id before this one is given.
      const { rows: ids } = await client.query<{ xid: string }>(
        'select pg_current_xact_id()::text as xid',
      )
      const lsn = parseLsn(rows[0]?.lsn ?? '')
      return { ...locate(lsn, history), xid: parseXid(ids[0]?.xid ?? '') }
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()))
  }
}

async function standbyFloor(node: ClusterNode, history: History): Promise<Mark> {
  const [before] = await node.ask<{ standby: boolean; lsn: string | null }>(
    `select pg_is_in_recovery() as standby, pg_last_wal_replay_lsn()::text as lsn`,
  )
  if (!before?.standby || before.lsn === null) throw new ReplicationError('role-changed')
  const after = await node.askOne<{ xmax: string }>(
    'select pg_snapshot_xmax(pg_current_snapshot())::text as xmax',
  )
  return { ...locate(toLsn(parseLsn(before.lsn)), history), xid: parseXid(after.xmax) }
}

/** A primary knows its timeline at once; a standby's follows. */
async function standingOf(node: ClusterNode): Promise<Standing> {
  const row = await node.askOne<{ standby: boolean; timeline: string | null }>(
    `with node as materialized (select pg_is_in_recovery() as standby)
     select standby, case when not standby
       then substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) end as timeline from node`,
  )
  const timeline = row.timeline === null ? undefined : Number.parseInt(row.timeline, 16)
  return { standby: row.standby, timeline }
}
