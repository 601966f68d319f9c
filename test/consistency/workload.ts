import type { Sql } from '../../src/client/sql.ts'
import type { Tidegate } from '../../src/client/tidegate.ts'
/**
 * Many sessions at once, each a browser that comes back with its cookie, now here and now there.
 * What each of them did is written down; whether it should have been is judged later.
 */
import { isTidegateError } from '../../src/errors.ts'
import type { Freshness, Operation } from './history.ts'
import type { Random } from './random.ts'

export interface WorkloadOptions {
  /** By region: where requests are answered. */
  readonly clients: readonly [Tidegate, ...Tidegate[]]
  readonly random: Random
  readonly registers: number
  /** The share of operations that write. */
  readonly writes: number
  readonly signal: AbortSignal
}

export interface Failures {
  readonly reads: Map<string, number>
  readonly writes: Map<string, number>
}

const OPERATIONS_PER_REQUEST = 4
/** A user's requests come in where the last one did, but for a few. */
const MOVES = 0.1

export class Workload {
  readonly operations: Operation[] = []
  readonly failures: Failures = { reads: new Map(), writes: new Map() }
  readonly #options: WorkloadOptions
  #value = 0
  #index = 0

  constructor(options: WorkloadOptions) {
    this.#options = options
  }

  async run(sessions: number): Promise<void> {
    await Promise.all(Array.from({ length: sessions }, async (_, id) => await this.#session(id)))
  }

  async #session(first: number): Promise<void> {
    const { clients, random, signal } = this.#options
    let id = first
    let cookie = ''
    let tg = clients[first % clients.length] ?? clients[0]
    while (!signal.aborted) {
      if (random.chance(MOVES)) tg = random.of(clients)
      if (random.chance(0.02)) {
        // A new user.
        cookie = ''
        id += 10_000
      }
      const { sql, session } = tg.session({ headers: new Headers({ cookie }) })
      for (let left = random.below(OPERATIONS_PER_REQUEST); left >= 0; left--) {
        if (random.chance(this.#options.writes)) await this.#write(id, sql)
        else await this.#read(id, sql)
      }
      const response = await session.respond(new Response())
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    }
  }

  async #write(session: number, sql: Sql): Promise<void> {
    const keys = this.#keys()
    const value = ++this.#value
    const begun = now()
    let committed: 'yes' | 'no' | 'unknown' = 'yes'
    const appends = keys.map(
      (key) => sql`update register set held = held || ${value}::int where key = ${key}`,
    )
    try {
      await (appends.length === 1 ? appends[0] : sql.transaction(appends))
    } catch (error) {
      committed = isTidegateError(error) ? error.committed : 'unknown'
      count(this.failures.writes, error)
    }
    const operation = { session, index: this.#index++, begun, ended: now(), value, keys, committed }
    this.operations.push({ kind: 'write', ...operation })
  }

  async #read(session: number, sql: Sql): Promise<void> {
    const { random } = this.#options
    const keys = this.#keys()
    const freshness = this.#freshness()
    const cache = random.chance(0.6)
    const begun = now()
    try {
      const near = sql.with({ freshness, cache })
      const [key] = keys
      const rows =
        keys.length === 1
          ? await near<Register>`select key, held from register where key = ${key}`
          : await near<Register>`select key, held from register where key = any(${keys})`
      this.operations.push({
        kind: 'read',
        session,
        index: this.#index++,
        begun,
        ended: now(),
        freshness,
        seen: new Map(rows.map(({ key: each, held }) => [each, held])),
        source: rows.tide.source === 'cache' ? `cache ${rows.tide.region}` : rows.tide.node,
        position: rows.tide.position,
      })
    } catch (error) {
      count(this.failures.reads, error)
    }
  }

  /** One register, or two neighbours, as a transaction writes them. */
  #keys(): readonly number[] {
    const { random, registers } = this.#options
    const key = random.below(registers)
    return random.chance(0.3) ? [key & ~1, key | 1] : [key]
  }

  #freshness(): Freshness {
    const { random } = this.#options
    const draw = random.next()
    if (draw < 0.7) return 'session'
    if (draw < 0.8) return 'any'
    return draw < 0.9 ? { within: 200 + random.below(2000) } : 'strong'
  }
}

interface Register {
  readonly key: number
  readonly held: readonly number[]
}

/** Postgres' clock is the same one: the bound of a read is told by it. */
function now(): number {
  return performance.timeOrigin + performance.now()
}

function count(failures: Map<string, number>, error: unknown): void {
  const code = isTidegateError(error) ? error.code : 'other'
  failures.set(code, (failures.get(code) ?? 0) + 1)
}
