/** Settings from where they are given, each checked, the wrong ones refused by name. */
import { readFileSync } from 'node:fs'

import { TidegateError } from '../../src/errors.ts'
import { type GatewaySettings, type Setting, settingsTable } from './settings.ts'

/** Each checked, so of any type: they come from files and from the environment. */
export type GivenSettings = Readonly<Record<string, unknown>>

type Environment = Readonly<Record<string, string | undefined>>

const PREFIX = 'TIDEGATE_GATEWAY_'
/** Names the file. */
export const CONFIG_VARIABLE: string = `${PREFIX}CONFIG`

/** `poolSize` is `TIDEGATE_GATEWAY_POOL_SIZE`. */
export function variableOf(name: string): string {
  return PREFIX + name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

function isName(name: string): name is keyof GatewaySettings {
  return Object.hasOwn(settingsTable, name)
}

export const settingNames: readonly (keyof GatewaySettings)[] =
  Object.keys(settingsTable).filter(isName)

/** What is given, checked, and the defaults of the rest. */
export function resolveSettings(given: GivenSettings): GatewaySettings {
  const unknown = Object.keys(given).find((name) => !isName(name))
  if (unknown !== undefined) {
    throw invalid(`${unknown}: there is no such setting. There are ${settingNames.join(', ')}.`)
  }
  const read = <T>(name: string, { parse, fallback }: Setting<T>): T => {
    const value = given[name]
    if (value === undefined) {
      if (fallback) return fallback.value
      throw invalid(`${name}: it has to be set.`)
    }
    try {
      return parse(value)
    } catch (error) {
      throw invalid(`${name}: it should be ${error instanceof Error ? error.message : 'valid'}.`)
    }
  }
  const t = settingsTable
  const settings: GatewaySettings = {
    nodes: read('nodes', t.nodes),
    listenHost: read('listenHost', t.listenHost),
    listenPort: read('listenPort', t.listenPort),
    tlsCertFile: read('tlsCertFile', t.tlsCertFile),
    tlsKeyFile: read('tlsKeyFile', t.tlsKeyFile),
    bearerTokens: read('bearerTokens', t.bearerTokens),
    rateLimit: read('rateLimit', t.rateLimit),
    maxRequestBytes: read('maxRequestBytes', t.maxRequestBytes),
    maxResponseBytes: read('maxResponseBytes', t.maxResponseBytes),
    maxBufferedBytes: read('maxBufferedBytes', t.maxBufferedBytes),
    maxHeaderBytes: read('maxHeaderBytes', t.maxHeaderBytes),
    headersTimeoutMs: read('headersTimeoutMs', t.headersTimeoutMs),
    bodyTimeoutMs: read('bodyTimeoutMs', t.bodyTimeoutMs),
    keepAliveMs: read('keepAliveMs', t.keepAliveMs),
    poolSize: read('poolSize', t.poolSize),
    maxPools: read('maxPools', t.maxPools),
    maxConnections: read('maxConnections', t.maxConnections),
    maxWaiting: read('maxWaiting', t.maxWaiting),
    queueMs: read('queueMs', t.queueMs),
    idleMs: read('idleMs', t.idleMs),
    lifetimeMs: read('lifetimeMs', t.lifetimeMs),
    connectTimeoutMs: read('connectTimeoutMs', t.connectTimeoutMs),
    statementTimeoutMs: read('statementTimeoutMs', t.statementTimeoutMs),
    queryTimeoutMs: read('queryTimeoutMs', t.queryTimeoutMs),
    preparedStatements: read('preparedStatements', t.preparedStatements),
    maxWaitMs: read('maxWaitMs', t.maxWaitMs),
    historyFile: read('historyFile', t.historyFile),
    redisUrl: read('redisUrl', t.redisUrl),
    tideTable: read('tideTable', t.tideTable),
    readThrough: read('readThrough', t.readThrough),
    database: read('database', t.database),
    region: read('region', t.region),
    elsewhere: read('elsewhere', t.elsewhere),
    tokenKeys: read('tokenKeys', t.tokenKeys),
    cacheTtlS: read('cacheTtlS', t.cacheTtlS),
    cacheMemoryBytes: read('cacheMemoryBytes', t.cacheMemoryBytes),
    credentialMs: read('credentialMs', t.credentialMs),
    stopTimeoutMs: read('stopTimeoutMs', t.stopTimeoutMs),
    logLevel: read('logLevel', t.logLevel),
  }
  if ((settings.tlsCertFile === undefined) !== (settings.tlsKeyFile === undefined)) {
    throw invalid('tlsCertFile, tlsKeyFile: set both or neither.')
  }
  if (settings.readThrough) checkReadThrough(settings)
  return Object.freeze(settings)
}

function checkReadThrough(settings: GatewaySettings): void {
  const { redisUrl, database, nodes, elsewhere } = settings
  if (redisUrl === undefined) throw invalid('redisUrl: readThrough needs it.')
  if (database === undefined) throw invalid('database: readThrough needs it.')
  const primaries = [...nodes, ...elsewhere].filter(({ role }) => role === 'primary').length
  if (primaries > 1) {
    throw invalid('elsewhere, nodes: readThrough needs one primary among them, not several.')
  }
  if (primaries === 0) throw invalid('elsewhere: it should have the primary, or nodes should.')
  const twice = elsewhere.find((far) => nodes.some(({ name }) => name === far.name))
  if (twice) throw invalid('elsewhere: each should have a name that none of the nodes has.')
}

/** From the environment, and from the file that it names; where both say something, the environment. */
export function settingsFrom(environment: Environment): GatewaySettings {
  const file = environment[CONFIG_VARIABLE]
  const given: Record<string, unknown> = file === undefined ? {} : readConfigFile(file)
  for (const name of settingNames) {
    const value = environment[variableOf(name)]
    if (value !== undefined && value !== '') given[name] = value
  }
  return resolveSettings(given)
}

function readConfigFile(path: string): Record<string, unknown> {
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    // What the parser says would quote the file, and the file holds tokens.
    throw invalid(`${CONFIG_VARIABLE}: it should name a file of JSON that can be read.`)
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    return Object.fromEntries(Object.entries(parsed))
  }
  throw invalid(`${CONFIG_VARIABLE}: the file should hold an object of settings.`)
}

function invalid(message: string): TidegateError {
  return new TidegateError('CONFIG_INVALID', message)
}
