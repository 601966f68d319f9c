/** A cluster as the page sees it: looked at again and again while somebody looks at the page. */
import { setTimeout as sleep } from 'node:timers/promises'

import type { Stage } from '../../dashboard/server.ts'
import type { NodeSample, RegionSample, Sample, Scene } from '../../dashboard/shapes.ts'
import { parseLsn } from '../../src/tide/lsn.ts'
import { roundTripMs } from '../../src/topology/distance.ts'
import { findRegion } from '../../src/topology/region-names.ts'
import { type Place, regions } from '../../src/topology/regions.ts'
import type { Config, ConfiguredRegion } from '../config/config.ts'
import { type NodeStatus, Observatory, type RegionStatus, type Status } from '../status/observe.ts'

const EVERY_MS = 1_000
/** The zero meridian on the equator is where nobody is. */
const NOWHERE: Place = { latitude: 0, longitude: 0 }

export class ClusterStage implements Stage, AsyncDisposable {
  readonly scene: Scene
  readonly #config: Config
  readonly #observatory: Observatory
  readonly #end = new AbortController()
  #status: Status = { nodes: [], regions: [], slots: [] }
  #looking: Promise<void> = Promise.resolve()
  #watched: AbortController | undefined

  constructor(config: Config) {
    this.#config = config
    this.#observatory = new Observatory(config)
    this.scene = sceneOf(config)
  }

  /** Nobody asks anything of the cluster while nobody watches. */
  setWatched(isWatched: boolean): void {
    this.#watched?.abort()
    this.#watched = undefined
    if (!isWatched || this.#end.signal.aborted) return
    const watched = new AbortController()
    this.#watched = watched
    this.#looking = this.#looking.then(async () => await this.#look(watched.signal))
  }

  sample(): Sample {
    const { nodes, slots, regions: tables } = this.#status
    const home = homeOf(nodes)
    return {
      at: Date.now(),
      primary: home?.node ?? '',
      position: numberOf(home?.position) ?? 0,
      nodes: nodes.map(toNodeSample),
      regions: this.#config.regions.map((region) => {
        const table = tables.find((each) => each.region === region.name)
        const isRead = slots.some(({ slot, active }) => slot === region.slot && active)
        return toRegionSample(region, table, isRead)
      }),
      cut: [],
      faults: [],
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort()
    this.#watched?.abort()
    await this.#looking
    await this.#observatory[Symbol.asyncDispose]()
  }

  async #look(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // What cannot be asked is told as such; this fails only where nothing can be.
      this.#status = await this.#observatory.look().catch(() => this.#status)
      await sleep(EVERY_MS, undefined, { signal }).catch(() => {})
    }
  }
}

function sceneOf({ primary, regions: all, nodes }: Config): Scene {
  const placeOf = (region: string): Place => {
    const known = findRegion(region)
    return known ? regions[known] : (nodes.find((node) => node.region === region)?.place ?? NOWHERE)
  }
  const names = all.map(({ name }) => name)
  return {
    home: primary.region,
    regions: names.map((name) => {
      const { latitude, longitude } = placeOf(name)
      return { name, city: name, latitude, longitude }
    }),
    links: names.flatMap((a, index) =>
      names.slice(index + 1).map((b) => ({
        ends: [a, b] as const,
        roundTripMs: Math.round(roundTripMs(placeOf(a), placeOf(b))),
      })),
    ),
    faults: [],
    hasSample: false,
  }
}

/** After a failover the old primary may still think that it is one. */
function homeOf(nodes: readonly NodeStatus[]): NodeStatus | undefined {
  return nodes
    .filter(({ role, unable }) => role === 'primary' && unable === undefined)
    .toSorted((a, b) => (b.timeline ?? 0) - (a.timeline ?? 0))[0]
}

function toNodeSample(status: NodeStatus): NodeSample {
  const { node, region, role, unable, position, lagBytes, lagMs } = status
  const isPrimary = role === 'primary'
  return {
    name: node,
    region,
    role: isPrimary || role === 'standby' ? role : 'subscriber',
    applied: unable === undefined ? (numberOf(position) ?? null) : null,
    lagBytes: isPrimary ? 0 : (lagBytes ?? null),
    lagMs: unable === undefined && isPrimary ? 0 : (lagMs ?? null),
  }
}

function toRegionSample(
  { name }: ConfiguredRegion,
  table: RegionStatus | undefined,
  consumer: boolean,
): RegionSample {
  return {
    name,
    horizon: numberOf(table?.horizon) ?? null,
    horizonLagMs: table?.horizonAgeMs ?? null,
    consumer,
    redis: table !== undefined && table.unable === undefined,
    epoch: table?.epoch,
    entries: table?.entries,
  }
}

function numberOf(lsn: string | undefined): number | undefined {
  return lsn === undefined ? undefined : Number(parseLsn(lsn))
}
