/** A node that checks ask, with what many of them want asked once. */
import type { Config, ConfiguredNode, ConfiguredRegion } from '../config/config.ts'
import type { Database } from '../reach/database.ts'
import type { Standing } from '../reach/standing.ts'

export interface NodeSubjectParts {
  readonly config: Config
  readonly database: Database
  readonly standing: Standing
  readonly roundTripMs: number
  /** How much its clock is ahead of this machine's, and how wrong that may be. */
  readonly clockAheadMs: number
  readonly clockErrorMs: number
}

export class NodeSubject {
  readonly config: Config
  readonly node: ConfiguredNode
  readonly database: Database
  readonly standing: Standing
  readonly roundTripMs: number
  readonly clockAheadMs: number
  readonly clockErrorMs: number
  /** The primary, where it can be reached. */
  home: NodeSubject | undefined
  #settings: Promise<ReadonlyMap<string, string>> | undefined

  constructor(parts: NodeSubjectParts) {
    this.config = parts.config
    this.node = parts.database.node
    this.database = parts.database
    this.standing = parts.standing
    this.roundTripMs = parts.roundTripMs
    this.clockAheadMs = parts.clockAheadMs
    this.clockErrorMs = parts.clockErrorMs
  }

  /** In the units in which the server keeps it. `undefined`: this version does not have it. */
  async setting(name: string): Promise<string | undefined> {
    this.#settings ??= this.database
      .ask<{ name: string; setting: string }>('select name, setting from pg_settings')
      .then((rows) => new Map(rows.map((row) => [row.name, row.setting])))
    return (await this.#settings).get(name)
  }

  async ask<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return await this.database.ask<Row>(text, values)
  }

  async askOne<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row> {
    return await this.database.askOne<Row>(text, values)
  }

  /** Regions whose consumer reads this node's WAL. */
  get tailedBy(): readonly ConfiguredRegion[] {
    return this.config.regions.filter(
      (region) => region.redis !== undefined && sourceOf(region, this.config) === this.node,
    )
  }
}

/** The region's own first replica, or else the primary. */
export function sourceOf(region: ConfiguredRegion, config: Config): ConfiguredNode {
  return region.nodes.find(({ role }) => role !== 'primary') ?? config.primary
}
