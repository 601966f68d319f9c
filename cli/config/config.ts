/**
 * The configuration that all commands share, checked whole when it is read. Secrets are named by the
 * variable that holds them: the file can be committed, and nothing that is printed has them.
 */
import { check } from '../../src/check.ts'
import { createSqlPolicy, type SqlPolicy, type SqlPolicyOptions } from '../../src/sql/index.ts'
import { defineTopology, type ReplicaOptions } from '../../src/topology/configuration.ts'
import { findRegion } from '../../src/topology/region-names.ts'
import type { Node } from '../../src/topology/topology.ts'
import { type ConfiguredDashboard, readDashboard } from './dashboard.ts'
import type { TidegateConfig } from './options.ts'
import { readSecret, type Secret } from './secret.ts'

export interface ConfiguredNode extends Omit<Node, 'url' | 'region'> {
  /** Its region's code, or its own name where only coordinates are known. */
  readonly region: string
  readonly url: Secret
}

export interface ConfiguredRegion {
  readonly name: string
  readonly redis: Secret | undefined
  /** The slot that its consumer reads, wherever that is. */
  readonly slot: string
  /** The primary first, if it is here. */
  readonly nodes: readonly ConfiguredNode[]
}

export interface Config {
  /** The primary first. */
  readonly nodes: readonly ConfiguredNode[]
  readonly primary: ConfiguredNode
  /** The home region first. */
  readonly regions: readonly ConfiguredRegion[]
  readonly table: string
  readonly publication: string
  readonly tables: readonly string[] | undefined
  readonly ddlMessages: boolean
  readonly keys: Readonly<Record<string, readonly string[]>>
  readonly searchPath: readonly string[] | undefined
  readonly tokenKeys: readonly Secret[]
  readonly policy: SqlPolicy
  readonly policyOptions: SqlPolicyOptions
  readonly maxLag: { readonly ms: number; readonly bytes: number }
  readonly consumer: Readonly<Record<string, unknown>>
  readonly gateway: Readonly<Record<string, unknown>>
  readonly gatewayTokens: readonly Secret[]
  readonly dashboard: ConfiguredDashboard | undefined
  /** The process's, and those of the file beside the configuration. */
  readonly env: Environment
}

type Environment = Readonly<Record<string, string | undefined>>

const fields: readonly (keyof TidegateConfig)[] = [
  'primary',
  'replicas',
  'redis',
  'table',
  'publication',
  'tables',
  'ddlMessages',
  'keys',
  'searchPath',
  'tokenKeys',
  'functions',
  'primaryTables',
  'rules',
  'maxLag',
  'consumer',
  'gateway',
  'gatewayTokens',
  'dashboard',
]

/** @throws TidegateError `CONFIG_INVALID`, naming the field and what it should be */
export function readConfig(given: unknown, env: Environment): Config {
  check(isObject(given), 'the configuration', 'one object')
  const names: readonly string[] = fields
  const unknown = Object.keys(given).find((key) => !names.includes(key))
  check(unknown === undefined, `${unknown}`, `nothing: the fields are ${fields.join(', ')}`)
  const config: { readonly [Field in keyof TidegateConfig]?: unknown } = given

  const nodes = readNodes(config.primary, config.replicas, env)
  const [primary] = nodes
  check(primary !== undefined, 'primary', 'a node')
  const policyOptions = readPolicyOptions(config)
  const { consumer = {}, gateway = {} } = config
  check(isObject(consumer), 'consumer', 'an object of settings; see `tidegate consumer --help`')
  check(isObject(gateway), 'gateway', 'an object of settings; see `tidegate gateway --help`')
  return {
    nodes,
    primary,
    regions: readRegions(nodes, config.redis, env),
    table: word('table', config.table, 'main'),
    publication: word('publication', config.publication, 'tidegate'),
    tables: optionalTexts('tables', config.tables),
    ddlMessages: flag('ddlMessages', config.ddlMessages, true),
    keys: readKeys(config.keys),
    searchPath: optionalTexts('searchPath', config.searchPath),
    tokenKeys: secrets('tokenKeys', config.tokenKeys, env),
    policy: createSqlPolicy(policyOptions),
    policyOptions,
    maxLag: readMaxLag(config.maxLag),
    consumer: { ...consumer },
    gateway: { ...gateway },
    gatewayTokens: secrets('gatewayTokens', config.gatewayTokens, env),
    dashboard: readDashboard(config.dashboard, env),
    env,
  }
}

function readNodes(
  primary: unknown,
  replicas: unknown = [],
  env: Environment,
): readonly ConfiguredNode[] {
  check(isObject(primary), 'primary', '{ region, url: { env } }')
  check(Array.isArray(replicas), 'replicas', 'a list of { region, role, url: { env } }')
  const given = [primary, ...replicas].map((options: unknown, at) => {
    const field = at === 0 ? 'primary' : `replicas[${at - 1}]`
    check(isObject(options), field, 'an object')
    const { url, ...rest }: { url?: unknown } = options
    const secret = readSecret(`${field}.url`, url, env)
    // The topology of the SDK checks all the rest, and gives names to those that have none.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `defineTopology` checks each field
    const node = { ...rest, url: () => secret.read() } as ReplicaOptions
    return { secret, node }
  })
  const [home, ...others] = given.map(({ node }) => node)
  check(home !== undefined, 'primary', 'a node')
  const topology = defineTopology({ primary: home, replicas: others })
  return topology.nodes.flatMap((node, at): ConfiguredNode[] => {
    const url = given[at]?.secret
    return url ? [{ ...node, region: node.region ?? node.name, url }] : []
  })
}

function readRegions(
  nodes: readonly ConfiguredNode[],
  redis: unknown = {},
  env: Environment,
): readonly ConfiguredRegion[] {
  check(isObject(redis), 'redis', '{ region: { env } }')
  const stores = new Map(
    Object.entries(redis).map(([name, secret]) => [
      findRegion(name) ?? name,
      readSecret(`redis.${name}`, secret, env),
    ]),
  )
  const names = new Set([...nodes.map(({ region }) => region), ...stores.keys()])
  return [...names].map((name): ConfiguredRegion => ({
    name,
    redis: stores.get(name),
    // Of each region another: a standby copies the primary's failover slots, by their names.
    slot: `tidegate_${name.toLowerCase().replaceAll(/[^a-z0-9]/g, '_')}`,
    nodes: nodes.filter(({ region }) => region === name),
  }))
}

function readPolicyOptions(config: {
  readonly [F in keyof TidegateConfig]?: unknown
}): SqlPolicyOptions {
  const { functions, primaryTables, rules } = config
  const given = { functions, primaryTables, rules }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `createSqlPolicy` checks each field
  const options = given as SqlPolicyOptions
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function readMaxLag(value: unknown = {}): Config['maxLag'] {
  check(isObject(value), 'maxLag', '{ ms, bytes }')
  const { ms = 30_000, bytes = Infinity, ...others }: Record<string, unknown> = { ...value }
  const [unknown] = Object.keys(others)
  check(unknown === undefined, `maxLag.${unknown}`, 'nothing: the fields are ms, bytes')
  check(typeof ms === 'number' && ms > 0, 'maxLag.ms', 'a number above 0')
  check(typeof bytes === 'number' && bytes > 0, 'maxLag.bytes', 'a number above 0')
  return { ms, bytes }
}

function readKeys(value: unknown = {}): Config['keys'] {
  check(isObject(value), 'keys', "{ 'schema.table': [column, …] }")
  return Object.fromEntries(
    Object.entries(value).map(([table, columns]) => [table, texts(`keys.${table}`, columns)]),
  )
}

function secrets(field: string, value: unknown = [], env: Environment): readonly Secret[] {
  check(Array.isArray(value), field, 'a list of { env }')
  return value.map((each: unknown, at) => readSecret(`${field}[${at}]`, each, env))
}

function texts(field: string, value: unknown): readonly string[] {
  const isTexts =
    Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '')
  check(isTexts, field, 'a list of names')
  return value.map(String)
}

function optionalTexts(field: string, value: unknown): readonly string[] | undefined {
  return value === undefined ? undefined : texts(field, value)
}

function word(field: string, value: unknown, fallback: string): string {
  const text = value ?? fallback
  check(typeof text === 'string' && /^[\w.:-]{1,63}$/.test(text), field, 'a name')
  return text
}

function flag(field: string, value: unknown, fallback: boolean): boolean {
  const given = value ?? fallback
  check(typeof given === 'boolean', field, 'true or false')
  return given
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
