/** From what the app's author wrote to a topology that nobody needs to check again. */
import { check, checkFields, checkList, isObject } from '../check.ts'
import { isLatitude, isLongitude } from './detect-place.ts'
import { findRegion } from './region-names.ts'
import { type Place, type Region, regions } from './regions.ts'
import type { Node, ReplicaRole, Topology } from './topology.ts'

export interface NodeOptions {
  /** By this name answers, metrics and the tide table call it. @default region and number: `fra-1` */
  readonly name?: string | undefined
  /** A cloud's region, the code of an airport, or coordinates. */
  readonly region: string | Place
  /** A connection string, or a function that is asked for it before each query: secrets rotate. */
  readonly url: string | (() => string | Promise<string>)
  /** Where SQL over HTTP is spoken for it. @default where the connection string's host implies it */
  readonly endpoint?: string | undefined
  /** The endpoint is Tidegate's gateway. @default false */
  readonly gateway?: boolean | undefined
  /** One of the gateway's `bearerTokens`, or a function that is asked for it before each query. */
  readonly bearerToken?: string | (() => string | Promise<string>) | undefined
}

export interface ReplicaOptions extends NodeOptions {
  /** A standby replays the primary's WAL; a subscriber is fed by logical replication. @default 'standby' */
  readonly role?: ReplicaRole | undefined
  /** Its share of the reads among replicas in the same region. @default 1 */
  readonly weight?: number | undefined
  /** Only queries that name another pool than `default` go to it. @default 'default' */
  readonly pool?: string | undefined
}

export interface TopologyOptions {
  readonly primary: NodeOptions
  /** @default [] */
  readonly replicas?: readonly ReplicaOptions[] | undefined
}

export const DEFAULT_POOL = 'default'

const nodeKeys = ['name', 'region', 'url', 'endpoint', 'gateway', 'bearerToken']
const replicaKeys = [...nodeKeys, 'role', 'weight', 'pool']

/** @throws TidegateError `CONFIG_INVALID`, naming the field. Never a value: it may be a secret. */
export function defineTopology({ primary, replicas = [] }: TopologyOptions): Topology {
  checkList('replicas', replicas)
  const names = new Names()
  const home = toNode(primary, 'primary', names)
  const others = replicas.map((options, index) => toNode(options, `replicas[${index}]`, names))
  return Object.freeze({
    primary: home,
    replicas: Object.freeze(others),
    nodes: Object.freeze([home, ...others]),
  })
}

/** One that stands alone. */
export function defineNode(options: NodeOptions, field: string): Node {
  return toNode(options, field, new Names())
}

function toNode(options: ReplicaOptions, field: string, names: Names): Node {
  const isReplica = field.startsWith('replicas')
  checkFields(field, options, isReplica ? replicaKeys : nodeKeys)
  const { role = 'standby', url, endpoint, gateway = false, bearerToken } = options
  const { weight = 1, pool = DEFAULT_POOL } = options
  check(role === 'standby' || role === 'subscriber', `${field}.role`, "'standby' or 'subscriber'")
  check(
    typeof url === 'function' || isPostgresUrl(url),
    `${field}.url`,
    'postgresql://user:password@host/database',
  )
  check(
    endpoint === undefined || isHttpUrl(endpoint),
    `${field}.endpoint`,
    'an https:// or http:// address',
  )
  check(typeof gateway === 'boolean', `${field}.gateway`, 'true or false')
  check(!gateway || endpoint !== undefined, `${field}.endpoint`, "the gateway's address")
  check(
    bearerToken === undefined || (gateway && isBearerToken(bearerToken)),
    `${field}.bearerToken`,
    "one of the gateway's bearerTokens, or a function that gives it, where gateway is true",
  )
  check(Number.isFinite(weight) && weight > 0, `${field}.weight`, 'a number above 0')
  check(isWord(pool), `${field}.pool`, 'a name')

  const { region, place } = locate(options.region, `${field}.region`)
  const name = names.take(options.name, region, `${field}.name`)
  return Object.freeze({
    name,
    role: isReplica ? role : 'primary',
    region,
    place,
    url,
    endpoint,
    gateway,
    bearerToken,
    weight,
    pool,
  })
}

function locate(
  where: unknown,
  field: string,
): { readonly region: Region | undefined; readonly place: Place } {
  if (typeof where === 'string') {
    const region = findRegion(where)
    check(
      region !== undefined,
      field,
      "an airport's code, a cloud's region or { latitude, longitude }",
    )
    return { region, place: regions[region] }
  }
  check(isObject(where), field, "a region's name or { latitude, longitude }")
  const { latitude, longitude }: { latitude?: unknown; longitude?: unknown } = where
  check(isLatitude(latitude), `${field}.latitude`, 'degrees from -90 to 90')
  check(isLongitude(longitude), `${field}.longitude`, 'degrees from -180 to 180')
  return { region: undefined, place: Object.freeze({ latitude, longitude }) }
}

class Names {
  readonly #taken = new Set<string>()

  take(name: string | undefined, region: Region | undefined, field: string): string {
    const chosen = name ?? this.#free(region ?? 'node')
    check(isWord(chosen), field, 'a name')
    check(!this.#taken.has(chosen), field, 'a name that no other node has')
    this.#taken.add(chosen)
    return chosen
  }

  #free(base: string): string {
    for (let number = 1; ; number++) {
      const name = `${base}-${number}`
      if (!this.#taken.has(name)) return name
    }
  }
}

/** Names stand in keys of Redis, in headers and in metrics. */
function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value)
}

function isPostgresUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !/^postgres(?:ql)?:\/\//.test(value)) return false
  // As HTTP, because runtimes do not agree on the parts of schemes that they do not know.
  const url = URL.parse(value.replace(/^postgres(?:ql)?:/, 'http:'))
  return url !== null && url.username !== '' && url.hostname !== '' && url.pathname.length > 1
}

function isBearerToken(value: unknown): boolean {
  return typeof value === 'function' || (typeof value === 'string' && /^\S+$/.test(value))
}

function isHttpUrl(value: unknown): boolean {
  const protocol = typeof value === 'string' ? URL.parse(value)?.protocol : undefined
  return protocol === 'https:' || protocol === 'http:'
}
