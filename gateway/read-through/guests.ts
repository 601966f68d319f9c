/** A client of the SDK for each credential that comes, bounded in number like the pools. */
import type { RegionTides } from '../../src/cache/index.ts'
import {
  createTidegate,
  type Reach,
  type Tidegate,
  type TidegateOptions,
} from '../../src/client/tidegate.ts'
import type { Nodes } from '../nodes.ts'
import type { ConnectionString } from '../protocol/connection-string.ts'
import { Credential } from './credential.ts'
import { HERE } from './reach.ts'
import type { ReadThroughSettings } from './read-through.ts'
import type { ReadThroughWatch } from './watch.ts'

export interface Guest {
  /** Of no other guest before or after. */
  readonly id: number
  readonly tg: Tidegate
  readonly credential: Credential
  /** What the cache knows of this credential's database holds for it. */
  readonly cacheable: boolean
}

export interface GuestsOptions {
  readonly settings: ReadThroughSettings
  readonly nodes: Nodes
  readonly tides: RegionTides
  readonly reach: Reach
  /** Connects anew with a connection string; and forgets all that was opened with it. */
  readonly checkLogin: (connectionString: string) => Promise<void>
  readonly forgetLogin: (connectionString: string) => void
  readonly watch: ReadThroughWatch
}

export class Guests {
  readonly #options: GuestsOptions
  /** Used least recently first. */
  readonly #guests = new Map<string, Guest>()
  #last: Guest | undefined
  #received = 0

  constructor(options: GuestsOptions) {
    this.#options = options
  }

  of(connectionString: string): Guest {
    // By the whole of it, which each guest has for its own connections anyway: a digest of it would
    // take a tenth of what an answer from memory takes.
    const known = this.#guests.get(connectionString)
    if (known && known === this.#last) return known
    const guest =
      known ?? this.#receive(connectionString, () => this.#guests.delete(connectionString))
    // The order of a map is that of insertion.
    if (known) this.#guests.delete(connectionString)
    this.#guests.set(connectionString, guest)
    this.#last = guest
    const [oldest] = this.#guests.keys()
    if (this.#guests.size > this.#options.settings.maxPools && oldest !== undefined) {
      this.#guests.delete(oldest)
    }
    return guest
  }

  #receive(connectionString: string, leave: () => void): Guest {
    const { settings, nodes, tides, reach, checkLogin, forgetLogin, watch } = this.#options
    const { login } = nodes.find(connectionString)
    const { user, database } = login
    const tg = createTidegate(
      {
        ...this.#topology(connectionString),
        region: settings.region,
        // Another database has positions of the same cluster, but other tables.
        tides: database === settings.database ? tides : undefined,
        identity: { database, role: user },
        tokenKeys: settings.tokenKeys.length > 0 ? settings.tokenKeys : undefined,
        cache: settings.cacheTtlS > 0 && { ttl: settings.cacheTtlS },
        timeoutMs: settings.queryTimeoutMs,
        concurrency: settings.poolSize,
        onQuery: watch.queried,
        onBreakerOpen: watch.breakerOpened,
      },
      reach,
    )
    const credential = new Credential({
      check: async () => await checkLogin(connectionString),
      onRefused: () => {
        leave()
        forgetLogin(connectionString)
      },
      validMs: settings.credentialMs,
    })
    this.#received += 1
    return { id: this.#received, tg, credential, cacheable: keepsMeaning(login) }
  }

  #topology(connectionString: string): Pick<TidegateOptions, 'primary' | 'replicas'> {
    const { settings, nodes } = this.#options
    const { region, elsewhere } = settings
    const here = nodes.all.map(({ name, role, hosts: [host = ''], region: own = region }) => {
      const url = withHost(connectionString, host)
      return { role, options: { name, region: own, url, endpoint: HERE, gateway: true } }
    })
    const there = elsewhere.map(({ host, gateway, role, region: own = region, ...far }) => {
      const url = withHost(connectionString, host)
      return { role, options: { ...far, region: own, url, endpoint: gateway, gateway: true } }
    })
    const all = [...here, ...there]
    const primary = all.find(({ role }) => role === 'primary')
    // The settings are refused without one.
    if (!primary) throw new Error('There is no primary')
    const replicas = all.flatMap(({ role, options }) =>
      role === 'primary' ? [] : [{ ...options, role }],
    )
    return { primary: primary.options, replicas }
  }
}

/** Settings of the session may give a statement another meaning than the one that was cached. */
function keepsMeaning({ startup }: ConnectionString): boolean {
  return startup['options'] === undefined
}

function withHost(connectionString: string, host: string): string {
  const url = new URL(connectionString)
  url.port = ''
  url.host = host
  return url.href
}
