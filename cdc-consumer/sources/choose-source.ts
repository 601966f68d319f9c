/** Which WAL to read: the region's own if it can be, because what comes from it has arrived there. */
import { TidegateError } from '../../src/errors.ts'
import type { ConsumerEvent } from '../events.ts'
import type { ClusterNode } from '../nodes/cluster-node.ts'
import type { Cluster } from '../nodes/cluster.ts'
import type { SourceKind } from './source.ts'

export interface ChosenSource {
  readonly kind: SourceKind
  readonly node: ClusterNode
}

export interface SourceOptions {
  readonly source: 'auto' | 'home' | 'node'
  /** The node of the region that is tailed. `undefined`: none is. */
  readonly node: string | undefined
  readonly slot: string
}

/** PostgreSQL 16: logical decoding on standbys. */
const DECODES_ON_STANDBY = 160_000

export class SourceChooser {
  readonly #cluster: Cluster
  readonly #options: SourceOptions
  readonly #onEvent: (event: ConsumerEvent) => void
  #told: string | undefined

  constructor(cluster: Cluster, options: SourceOptions, onEvent: (event: ConsumerEvent) => void) {
    this.#cluster = cluster
    this.#options = options
    this.#onEvent = onEvent
  }

  async choose(): Promise<ChosenSource> {
    const { source, node: name } = this.#options
    if (source === 'home') return await this.#home('it is configured')
    if (name === undefined) {
      if (source === 'auto') return await this.#home('the region has no node of its own')
      throw new TidegateError('CONFIG_INVALID', 'sourceNode: expected the name of a node.')
    }
    const node = this.#cluster.node(name)
    if (source === 'node') return this.#chosen(await kindOf(node), node, 'it is configured')
    const obstacle = await obstacleOn(node, this.#options.slot)
    if (obstacle !== undefined) return await this.#home(`${name} ${obstacle}`)
    return this.#chosen(await kindOf(node), node, `${name} has the slot`)
  }

  async #home(reason: string): Promise<ChosenSource> {
    return this.#chosen('home', await this.#cluster.findPrimary(), reason)
  }

  #chosen(kind: SourceKind, node: ClusterNode, reason: string): ChosenSource {
    const told = `${kind} ${node.name}`
    if (told !== this.#told) this.#onEvent({ name: 'source-chosen', source: kind, reason })
    this.#told = told
    return { kind, node }
  }
}

/** A standby that was promoted is home. */
async function kindOf(node: ClusterNode): Promise<SourceKind> {
  if (node.role === 'subscriber') return 'subscriber'
  const row = await node.askOne<{ standby: boolean }>('select pg_is_in_recovery() as standby')
  return row.standby ? 'standby' : 'home'
}

/** Why a node cannot be tailed; for people. */
async function obstacleOn(node: ClusterNode, slot: string): Promise<string | undefined> {
  try {
    const row = await node.askOne<{ version: number; wal: string; slots: number }>(
      `select current_setting('server_version_num')::int as version,
         current_setting('wal_level') as wal,
         (select count(*)::int from pg_replication_slots where slot_name = $1) as slots`,
      [slot],
    )
    if (row.wal !== 'logical') return 'does not write a logical WAL'
    if (node.role === 'standby' && row.version < DECODES_ON_STANDBY) {
      return 'cannot decode: standbys do from PostgreSQL 16'
    }
    return row.slots === 0 ? 'does not have the slot' : undefined
  } catch {
    return 'cannot be reached'
  }
}
