/** A gateway's settings as its environment: the configuration's, and over them the process's own. */
import { settingNames, variableOf } from '../../gateway/settings/resolve.ts'
import { check } from '../../src/check.ts'
import { findRegion } from '../../src/topology/region-names.ts'
import type { Config, ConfiguredNode, ConfiguredRegion } from '../config/config.ts'
import type { Secret } from '../config/secret.ts'
import { regionOf } from './region-of.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export function gatewayEnvironment(config: Config, name: string | undefined): Environment {
  const region = regionOf(config, name, ({ nodes }) => nodes.length > 0)
  const addresses = region.nodes.map((node) => addressOf(node))
  const nodes = addresses.map(({ name: node, role, hostname, port, ssl }) => {
    // Of two nodes on one host only the port tells which is meant.
    const isAlone = addresses.filter((other) => other.hostname === hostname).length === 1
    const hosts = [`${hostname}:${port}`, ...(isAlone ? [hostname] : [])]
    return { name: node, role, host: hostname, port, ssl, hosts }
  })
  const names: readonly string[] = settingNames
  const given: Record<string, string> = {
    [variableOf('nodes')]: JSON.stringify(nodes),
    ...regionSettings(config, region),
  }
  if (config.gatewayTokens.length > 0) {
    given[variableOf('bearerTokens')] = config.gatewayTokens.map((each) => each.read()).join(',')
  }
  for (const [field, value] of Object.entries(config.gateway)) {
    check(names.includes(field), `gateway.${field}`, `nothing: there are ${names.join(', ')}`)
    given[variableOf(field)] = textOf(value)
  }
  return { ...given, ...config.env }
}

/**
 * What the configuration knows of what a gateway asks beside its nodes: `readThrough` needs no more. A
 * gateway that is not to answer with the SDK works without the secrets of it.
 */
function regionSettings(config: Config, region: ConfiguredRegion): Record<string, string> {
  const { primary, table, tokenKeys } = config
  const given: Record<string, string> = { [variableOf('tideTable')]: table }
  if (region.redis?.isSet) given[variableOf('redisUrl')] = region.redis.read()
  if (findRegion(region.name)) given[variableOf('region')] = region.name
  if (tokenKeys.length > 0 && tokenKeys.every(({ isSet }) => isSet)) {
    given[variableOf('tokenKeys')] = tokenKeys.map((each) => each.read()).join(',')
  }
  if (primary.url.isSet) {
    const { pathname } = toUrl(primary.url.read())
    given[variableOf('database')] = decodeURIComponent(pathname.slice(1))
  }
  const elsewhere = config.nodes
    .filter((node) => !region.nodes.includes(node) && node.gateway && node.url.isSet)
    .map((node) => farNode(node, config.gatewayTokens[0]))
  given[variableOf('elsewhere')] = JSON.stringify(elsewhere)
  return given
}

function farNode({ name, role, region, endpoint, url }: ConfiguredNode, token?: Secret): object {
  const { hostname, port } = toUrl(url.read())
  return {
    name,
    role,
    ...(findRegion(region) && { region }),
    // With its port, by which every gateway of this configuration knows its nodes.
    host: `${hostname}:${port === '' ? 5432 : port}`,
    gateway: endpoint,
    ...(token && { bearerToken: token.read() }),
  }
}

interface NodeAddress {
  readonly name: string
  readonly role: string
  readonly hostname: string
  readonly port: number
  readonly ssl: 'off' | 'verify' | 'unverified'
}

function addressOf({ name, role, url }: ConfiguredNode): NodeAddress {
  const { hostname, port, searchParams } = toUrl(url.read())
  const mode = searchParams.get('sslmode') ?? 'disable'
  const ssl = mode === 'disable' ? 'off' : mode === 'no-verify' ? 'unverified' : 'verify'
  return { name, role, hostname, port: port === '' ? 5432 : Number(port), ssl }
}

/** As HTTP, because the parts of other schemes are not told apart alike everywhere. */
function toUrl(connectionString: string): URL {
  return new URL(connectionString.replace(/^postgres(ql)?:/, 'http:'))
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((each) => typeof each === 'string'))
    return value.join(',')
  return JSON.stringify(value)
}
