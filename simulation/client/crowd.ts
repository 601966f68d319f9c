/**
 * The users: sessions that begin by chance, more of them in a region's evening, think, read what is
 * popular and what they have just written, and now and then go on from another region.
 */
import type { Region } from '../../src/topology/regions.ts'
import type { Dice } from '../engine/dice.ts'
import { Zipf } from '../engine/zipf.ts'
import type { Site } from '../world/geography.ts'
import type { CrowdTime, Edge, EdgeRequest, Freshness } from './edge.ts'
import type { Answered, Memories, Truth } from './truth.ts'

/** A day has its evening rush; the evening is the same everywhere, but not at the same time. */
const RUSH = 0.6
const EVENING = 20 / 24
const THINK_MEDIAN_MS = 1500
const THINK_SIGMA = 1
const LONGEST_THINK_MS = 120_000
/** A page that shows what was just saved is asked for at once. */
const REDIRECT_MS = 60
const LOOKS_AFTER_WRITING = 0.7
const LISTS = 0.15
const ROAMING = 0.01

export interface CrowdOptions<Carried> {
  readonly time: CrowdTime
  readonly dice: Dice
  readonly sites: readonly Site[]
  /** Those of each region, in the order of the sites. */
  readonly edges: readonly (readonly [Edge<Carried>, ...Edge<Carried>[]])[]
  readonly truth: Pick<Truth, 'read' | 'wrote'>
  readonly watcher: CrowdWatcher
  readonly rows: number
  readonly lists: number
  readonly zipf: number
  readonly writes: number
  readonly sessions: number
  /** Of a session, on average. */
  readonly operations: number
  readonly durationMs: number
  /** What the product may tell its caller: anything else is a fault of the simulation. */
  readonly isRefusal: (error: unknown) => error is Error
}

export interface CrowdWatcher {
  began(): void
  read(from: Region, answered: Answered, ended: number): void
  wrote(from: Region, begun: number, ended: number): void
  failed(kind: 'read' | 'write', error: Error): void
  told(): void
}

interface Visitor<Carried> extends Memories {
  site: number
  carried: Carried | undefined
  told: boolean
  /** What it has just written, and will look at. */
  fresh: number | undefined
}

export class Crowd<Carried> {
  readonly #options: CrowdOptions<Carried>
  readonly #popular: Zipf
  #begun = 0

  constructor(options: CrowdOptions<Carried>) {
    this.#options = options
    this.#popular = new Zipf(options.rows, options.zipf)
  }

  start(): void {
    this.#planArrival()
  }

  #planArrival(): void {
    const { time, dice, sessions, durationMs } = this.#options
    const meanMs = durationMs / sessions / (1 + RUSH)
    time.wakeAt(time.now + dice.exponential(meanMs), () => {
      this.#arrive()
      if (this.#begun < sessions) this.#planArrival()
    })
  }

  /** The run is one day, however short. */
  #arrive(): void {
    const { time, dice, sites, durationMs } = this.#options
    const site = dice.below(sites.length)
    const hour = time.now / durationMs + (sites[site]?.dayOffset ?? 0)
    const wish = 1 + RUSH * Math.cos(2 * Math.PI * (hour - EVENING))
    if (!dice.chance(wish / (1 + RUSH))) return
    this.#begun++
    this.#session(site).catch((error: unknown) => time.fail(error))
  }

  async #session(site: number): Promise<void> {
    const { dice, sites, time, watcher, operations } = this.#options
    watcher.began()
    const visitor: Visitor<Carried> = {
      site,
      carried: undefined,
      told: false,
      fresh: undefined,
      written: new Map(),
      seen: new Map(),
    }
    do {
      if (dice.chance(ROAMING)) visitor.site = dice.below(sites.length)
      await this.#operate(visitor)
      const thought = dice.lognormal(THINK_MEDIAN_MS, THINK_SIGMA)
      const pause = visitor.fresh === undefined ? Math.min(thought, LONGEST_THINK_MS) : REDIRECT_MS
      await new Promise<void>((resolve) => time.wakeAt(time.now + pause, resolve))
    } while (!dice.chance(1 / operations))
  }

  /** A request with one statement, answered by whichever isolate of the region takes it. */
  async #operate(visitor: Visitor<Carried>): Promise<void> {
    const { dice, edges, watcher, writes } = this.#options
    const there = edges[visitor.site]
    const edge = there?.[dice.below(there.length)]
    if (!edge) return
    const request = edge.request(visitor.carried)
    if (visitor.fresh === undefined && dice.chance(writes)) {
      await this.#write(visitor, edge.region, request)
    } else {
      await this.#read(visitor, edge.region, request)
    }
    visitor.carried = await request.end()
    if (!request.lost) return
    visitor.told = true
    watcher.told()
  }

  async #write(
    visitor: Visitor<Carried>,
    from: Region,
    request: EdgeRequest<Carried>,
  ): Promise<void> {
    const { time, dice, truth, watcher, isRefusal } = this.#options
    const row = this.#popular.draw(dice)
    const begun = time.now
    const looks = dice.chance(LOOKS_AFTER_WRITING)
    try {
      const version = await request.write(row)
      truth.wrote(visitor, row, version)
      watcher.wrote(from, begun, time.now)
      if (looks) visitor.fresh = row
    } catch (error) {
      if (!isRefusal(error)) throw error
      watcher.failed('write', error)
    }
  }

  async #read(
    visitor: Visitor<Carried>,
    from: Region,
    request: EdgeRequest<Carried>,
  ): Promise<void> {
    const { time, dice, truth, watcher, rows, lists, isRefusal } = this.#options
    const row = visitor.fresh ?? this.#popular.draw(dice)
    const isList = visitor.fresh === undefined && dice.chance(LISTS)
    const freshness = visitor.fresh === undefined ? this.#freshness() : 'session'
    visitor.fresh = undefined
    const thing = isList ? rows + (row % lists) : row
    const begun = time.now
    try {
      const read = await request.read(thing, freshness)
      visitor.told ||= request.lost
      const answered = { thing, freshness, read, begun, told: visitor.told }
      truth.read(visitor, answered)
      watcher.read(from, answered, time.now)
    } catch (error) {
      if (!isRefusal(error)) throw error
      watcher.failed('read', error)
    }
  }

  #freshness(): Freshness {
    const draw = this.#options.dice.next()
    if (draw < 0.9) return 'session'
    if (draw < 0.94) return 'any'
    return draw < 0.98 ? { within: 2000 } : 'strong'
  }
}
