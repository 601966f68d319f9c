/** Runs every check that can be run, side by side, and says of the others why they cannot. */
import type { Config } from '../config/config.ts'
import { Database } from '../reach/database.ts'
import { problemOf } from '../reach/problem.ts'
import { RegionRedis } from '../reach/region-redis.ts'
import { standingOf } from '../reach/standing.ts'
import type { Finding, Level } from './check.ts'
import { nodeChecks, redisChecks, wholeChecks } from './checks/index.ts'
import { NodeSubject } from './node-subject.ts'
import type { RedisSubject } from './redis-subject.ts'

export interface CheckReport {
  readonly check: string
  /** A node's name, `redis <region>`, or `configuration`. */
  readonly subject: string
  readonly outcome: 'ok' | 'found' | 'unable'
  readonly findings: readonly Finding[]
  /** Why it could not be run. */
  readonly unable: string | undefined
}

export interface Reached {
  readonly subject: string
  readonly what: string
  readonly roundTripMs: number
}

export interface Examination {
  readonly reached: readonly Reached[]
  readonly reports: readonly CheckReport[]
}

export type OnProgress = (done: number, all: number) => void

export async function examine(config: Config, onProgress: OnProgress): Promise<Examination> {
  const databases = config.nodes.map((node) => new Database(node))
  const stores = config.regions.flatMap((region) =>
    region.redis?.isSet ? [new RegionRedis(region, config.table)] : [],
  )
  try {
    return await new Doctor(config, onProgress).examine(databases, stores)
  } finally {
    for (const store of stores) store[Symbol.dispose]()
    await Promise.all(databases.map((database) => database[Symbol.asyncDispose]()))
  }
}

class Doctor {
  readonly #config: Config
  readonly #onProgress: OnProgress
  readonly #reports: CheckReport[] = []
  #begun = 0
  #done = 0

  constructor(config: Config, onProgress: OnProgress) {
    this.#config = config
    this.#onProgress = onProgress
  }

  async examine(
    databases: readonly Database[],
    stores: readonly RegionRedis[],
  ): Promise<Examination> {
    const config = this.#config
    const nodes = (await Promise.all(databases.map((each) => this.#reachNode(each)))).flatMap(
      (node) => node ?? [],
    )
    const home = nodes.find(({ node }) => node.role === 'primary')
    for (const node of nodes) node.home = home
    const redises = (await Promise.all(stores.map((each) => this.#reachRedis(each, home)))).flatMap(
      (redis) => redis ?? [],
    )
    for (const { name, redis } of config.regions) {
      if (redis && !redis.isSet) this.#unreached(`redis ${name}`, `${redis.name} is not set`)
    }
    await Promise.all([
      ...wholeChecks.map((check) =>
        this.#run(check.id, 'configuration', () => check.run({ config, nodes })),
      ),
      ...nodes.flatMap((node) =>
        nodeChecks
          .filter(({ roles }) => roles.includes(node.node.role))
          .map((check) => this.#run(check.id, node.node.name, () => check.run(node))),
      ),
      ...redises.flatMap((redis) =>
        redisChecks.map((check) =>
          this.#run(check.id, `redis ${redis.region.name}`, () => check.run(redis)),
        ),
      ),
    ])
    return {
      reached: [
        ...nodes.map(({ node, roundTripMs, standing }) => ({
          subject: node.name,
          what: `${standing.role}, PostgreSQL ${versionText(standing.version)}, ${node.region}`,
          roundTripMs,
        })),
        ...redises.map(({ region, info, roundTripMs }) => ({
          subject: `redis ${region.name}`,
          what: `Redis ${info.get('redis_version') ?? ''}`,
          roundTripMs,
        })),
      ],
      reports: this.#reports.toSorted(
        (a, b) => worst(a) - worst(b) || a.subject.localeCompare(b.subject),
      ),
    }
  }

  async #reachNode(database: Database): Promise<NodeSubject | undefined> {
    try {
      const roundTripMs = await database.roundTripMs()
      const before = Date.now()
      const standing = await standingOf(database)
      const after = Date.now()
      const clockAheadMs = standing.clock - (before + after) / 2
      const clockErrorMs = (after - before) / 2
      const config = this.#config
      return new NodeSubject({
        config,
        database,
        standing,
        roundTripMs,
        clockAheadMs,
        clockErrorMs,
      })
    } catch (error) {
      this.#unreached(database.node.name, problemOf(error))
      return undefined
    }
  }

  async #reachRedis(
    redis: RegionRedis,
    home: NodeSubject | undefined,
  ): Promise<RedisSubject | undefined> {
    const { region } = redis
    try {
      await redis.redis.connect()
      const roundTripMs = await redis.roundTripMs()
      return { config: this.#config, region, redis, info: await redis.info(), roundTripMs, home }
    } catch (error) {
      this.#unreached(`redis ${region.name}`, problemOf(error))
      return undefined
    }
  }

  #unreached(subject: string, why: string): void {
    this.#reports.push({
      check: 'reach',
      subject,
      outcome: 'found',
      unable: undefined,
      findings: [
        {
          level: 'problem',
          found: `it cannot be examined: ${why}`,
          why: 'Whoever is sent there goes on to the next node; no check of it could be run.',
          mend: 'See that it runs, that its address is right and that this machine may connect to it.',
        },
      ],
    })
  }

  async #run(
    check: string,
    subject: string,
    run: () => Promise<readonly Finding[]>,
  ): Promise<void> {
    this.#begun += 1
    try {
      const findings = await run()
      const outcome = findings.length > 0 ? 'found' : 'ok'
      this.#reports.push({ check, subject, outcome, findings, unable: undefined })
    } catch (error) {
      const isOurs = error instanceof Error && !('code' in error)
      const unable = isOurs ? error.message : problemOf(error)
      this.#reports.push({ check, subject, outcome: 'unable', findings: [], unable })
    }
    this.#done += 1
    this.#onProgress(this.#done, this.#begun)
  }
}

const order: readonly Level[] = ['problem', 'warning', 'note']

function worst({ findings, outcome }: CheckReport): number {
  if (outcome === 'unable') return 2.5
  const levels = findings.map(({ level }) => order.indexOf(level))
  return Math.min(...levels, order.length)
}

function versionText(version: number): string {
  return `${Math.floor(version / 10_000)}.${version % 10_000}`
}
