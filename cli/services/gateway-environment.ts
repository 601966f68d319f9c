/** A gateway's settings as its environment: the configuration's, and over them the process's own. */
import { settingNames, variableOf } from '../../gateway/settings/resolve.ts'
import { check } from '../../src/topology/configuration.ts'
import type { Config, ConfiguredNode } from '../config/config.ts'
import { regionOf } from './region-of.ts'

type Environment = Readonly<Record<string, string | undefined>>

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
  const given: Record<string, string> = { [variableOf('nodes')]: JSON.stringify(nodes) }
  if (config.gatewayTokens.length > 0) {
    given[variableOf('bearerTokens')] = config.gatewayTokens.map((each) => each.read()).join(',')
  }
  for (const [field, value] of Object.entries(config.gateway)) {
    check(names.includes(field), `gateway.${field}`, `nothing: there are ${names.join(', ')}`)
    given[variableOf(field)] = textOf(value)
  }
  return { ...given, ...config.env }
}

interface NodeAddress {
  readonly name: string
  readonly role: string
  readonly hostname: string
  readonly port: number
  readonly ssl: 'off' | 'verify' | 'unverified'
}

function addressOf({ name, role, url }: ConfiguredNode): NodeAddress {
  // As HTTP, because the parts of other schemes are not told apart alike everywhere.
  const { hostname, port, searchParams } = new URL(url.read().replace(/^postgres(ql)?:/, 'http:'))
  const mode = searchParams.get('sslmode') ?? 'disable'
  const ssl = mode === 'disable' ? 'off' : mode === 'no-verify' ? 'unverified' : 'verify'
  return { name, role, hostname, port: port === '' ? 5432 : Number(port), ssl }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every((each) => typeof each === 'string'))
    return value.join(',')
  return JSON.stringify(value)
}
