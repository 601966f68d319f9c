/** Looks at everything once: nodes, slots and the tide table of each region, side by side. */
import { formatLsn } from '../../src/tide/lsn.ts'
import type { Config, ConfiguredNode, ConfiguredRegion } from '../config/config.ts'
import { Database } from '../reach/database.ts'
import { problemOf } from '../reach/problem.ts'
import { RegionRedis } from '../reach/region-redis.ts'
import { type Standing, standingOf } from '../reach/standing.ts'

export interface NodeStatus {
  readonly node: string
  readonly region: string
  /** What it is; what the configuration says where it cannot be asked. */
  readonly role: string
  readonly unable: string | undefined
  readonly timeline?: number | undefined
  readonly position?: string | undefined
  readonly lagBytes?: number | undefined
  readonly lagMs?: number | undefined
  readonly isPaused?: boolean | undefined
  readonly roundTripMs?: number | undefined
}

export interface SlotStatus {
  readonly node: string
  readonly slot: string
  readonly type: string
  readonly active: boolean
  readonly status: string | null
  readonly retainedBytes: number
}

export interface RegionStatus {
  readonly region: string
  readonly unable: string | undefined
  readonly epoch?: number | undefined
  readonly primary?: string | undefined
  readonly horizon?: string | undefined
  readonly horizonAgeMs?: number | undefined
  readonly floor?: string | undefined
  /** Fields of the tide table: tags, mostly. */
  readonly fields?: number | undefined
  /** Keys besides the tide table: cached answers. */
  readonly entries?: number | undefined
  readonly hits?: number | undefined
  readonly misses?: number | undefined
  readonly evicted?: number | undefined
  readonly memoryBytes?: number | undefined
}

export interface Status {
  readonly nodes: readonly NodeStatus[]
  readonly regions: readonly RegionStatus[]
  readonly slots: readonly SlotStatus[]
}

const SLOTS = `select slot_name as slot, slot_type as type, active, wal_status as status,
  greatest(0, coalesce((case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
    else pg_current_wal_lsn() end) - restart_lsn, 0))::float8 as "retainedBytes"
from pg_replication_slots where not temporary order by 1`

interface Seen {
  readonly node: ConfiguredNode
  readonly standing: Standing
  readonly slots: readonly SlotStatus[]
  readonly roundTripMs: number
}

export class Observatory implements AsyncDisposable {
  readonly #config: Config
  readonly #databases: readonly Database[]
  readonly #stores = new Map<ConfiguredRegion, RegionRedis>()

  constructor(config: Config) {
    this.#config = config
    this.#databases = config.nodes.map((node) => new Database(node))
  }

  async look(): Promise<Status> {
    const unable = new Map<ConfiguredNode, string>()
    const seen = await Promise.all(
      this.#databases.map(async (database): Promise<Seen[]> => {
        try {
          return [await see(database)]
        } catch (error) {
          unable.set(database.node, problemOf(error))
          return []
        }
      }),
    ).then((all) => all.flat())
    const home = seen
      .filter(({ standing }) => standing.role === 'primary')
      .toSorted((a, b) => (b.standing.timeline ?? 0) - (a.standing.timeline ?? 0))[0]?.standing
    return {
      nodes: this.#config.nodes.map((node) => {
        const found = seen.find((each) => each.node === node)
        return found ? toNodeStatus(found, home) : absent(node, unable.get(node) ?? '')
      }),
      slots: seen.flatMap(({ slots }) => slots),
      regions: await Promise.all(
        this.#config.regions
          .filter(({ redis }) => redis !== undefined)
          .map(async (region) => await this.#region(region, home)),
      ),
    }
  }

  async #region(region: ConfiguredRegion, home: Standing | undefined): Promise<RegionStatus> {
    try {
      const store = await this.#store(region)
      const [reading, info, fields, keys] = await Promise.all([
        store.table.read(),
        store.info(),
        store.redis.hlen(store.table.key),
        store.redis.dbsize(),
      ])
      const { horizon, history, primary, floor } = reading
      return {
        region: region.name,
        unable: undefined,
        epoch: history?.current,
        primary: primary?.node,
        horizon: horizon && formatLsn(horizon.lsn),
        horizonAgeMs: horizon && home ? Math.max(0, home.clock - horizon.at) : undefined,
        floor: floor && formatLsn(floor.lsn),
        fields,
        entries: Math.max(0, keys - (fields > 0 ? 1 : 0)),
        hits: Number(info.get('keyspace_hits')),
        misses: Number(info.get('keyspace_misses')),
        evicted: Number(info.get('evicted_keys')),
        memoryBytes: Number(info.get('used_memory')),
      }
    } catch (error) {
      return { region: region.name, unable: problemOf(error) }
    }
  }

  /** A new one after each failure: this Redis client does not come back by itself. */
  async #store(region: ConfiguredRegion): Promise<RegionRedis> {
    const known = this.#stores.get(region)
    if (known?.redis.status === 'ready') return known
    known?.[Symbol.dispose]()
    const store = new RegionRedis(region, this.#config.table)
    this.#stores.set(region, store)
    await store.redis.connect()
    return store
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#stores.values()) store[Symbol.dispose]()
    await Promise.all(this.#databases.map((database) => database[Symbol.asyncDispose]()))
  }
}

async function see(database: Database): Promise<Seen> {
  const { node } = database
  const begun = performance.now()
  const standing = await standingOf(database)
  const roundTripMs = performance.now() - begun
  const slots = await database.ask<Omit<SlotStatus, 'node'>>(SLOTS)
  return {
    node,
    standing,
    roundTripMs,
    slots: slots.map((slot) => Object.assign(slot, { node: node.name })),
  }
}

function toNodeStatus(
  { node, standing, roundTripMs }: Seen,
  home: Standing | undefined,
): NodeStatus {
  const { role, timeline, lsn, at, isPaused } = standing
  const behind = home?.lsn !== undefined && lsn !== undefined ? Number(home.lsn - lsn) : undefined
  const isReplica = role !== 'primary'
  return {
    node: node.name,
    region: node.region,
    role,
    unable: undefined,
    timeline,
    position: lsn === undefined ? undefined : formatLsn(lsn),
    lagBytes: isReplica && behind !== undefined ? Math.max(0, behind) : undefined,
    lagMs: isReplica ? lagMs(behind, at, home) : undefined,
    isPaused,
    roundTripMs,
  }
}

/** Where home is idle the clock of the last commit tells nothing: who has it all lags by nothing. */
function lagMs(
  behind: number | undefined,
  at: number | undefined,
  home: Standing | undefined,
): number | undefined {
  if (behind === undefined || !home) return undefined
  if (behind <= 0) return 0
  return at === undefined ? undefined : Math.max(0, home.clock - at)
}

function absent(node: ConfiguredNode, unable: string): NodeStatus {
  return { node: node.name, region: node.region, role: node.role, unable }
}
