/**
 * Every setting of the consumer as a program: one table, from which the environment, the
 * configuration file, `--help` and the refusals all come.
 */
import { TidegateError } from '../../src/errors.ts'
import type { NodeOptions, NodeRole } from '../nodes/cluster-node.ts'

interface Setting<T> {
  readonly summary: string
  /** For people: what a value looks like. */
  readonly expected: string
  /** `undefined`: there is no default, and it must be given. */
  readonly fallback: T | undefined
  /** It may be left out although it has no default. */
  readonly optional?: boolean
  /** `undefined` if it is not one. A value from the environment is a string always. */
  readonly read: (value: unknown) => T | undefined
}

function text(summary: string, fallback?: string, optional = false): Setting<string> {
  return { summary, expected: 'text', fallback, optional, read: textOf }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function whole(summary: string, fallback: number | undefined, least: number): Setting<number> {
  const read = (value: unknown): number | undefined => {
    const number = typeof value === 'string' && value !== '' ? Number(value) : value
    return typeof number === 'number' && Number.isSafeInteger(number) && number >= least
      ? number
      : undefined
  }
  const expected = `a whole number from ${least}`
  return { summary, expected, fallback, optional: true, read }
}

function oneOf<const T extends string>(
  summary: string,
  values: readonly T[],
  fallback: T,
): Setting<T> {
  const read = (value: unknown): T | undefined => values.find((each) => each === value)
  return { summary, expected: values.join(', '), fallback, read }
}

function json<T>(
  summary: string,
  expected: string,
  check: (value: unknown) => T | undefined,
  optional = false,
): Setting<T> {
  const read = (value: unknown): T | undefined => {
    if (typeof value !== 'string') return check(value)
    try {
      return check(JSON.parse(value))
    } catch {
      return undefined
    }
  }
  return { summary, expected, fallback: undefined, optional, read }
}

/** What is not given and has no default here has one, or none, in the consumer's own options. */
export interface Settings {
  readonly nodes: readonly NodeOptions[]
  readonly redis: string
  readonly table: string | undefined
  readonly source: 'auto' | 'home' | 'node' | undefined
  readonly sourceNode: string | undefined
  readonly slot: string | undefined
  readonly publication: string | undefined
  readonly keys: Readonly<Record<string, readonly string[]>> | undefined
  readonly searchPath: readonly string[] | undefined
  readonly maxRowTags: number | undefined
  readonly maxTags: number | undefined
  readonly heartbeatMs: number | undefined
  readonly restAfterMs: number | undefined
  readonly appliedMs: number | undefined
  readonly failoverMs: number | undefined
  readonly schemaMs: number | undefined
  readonly silenceMs: number | undefined
  readonly slotAlarmBytes: number | undefined
  readonly slotGiveUpBytes: number | undefined
  readonly drainMs: number | undefined
  readonly host: string | undefined
  readonly port: number | undefined
  readonly logLevel: LogLevel | undefined
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'

type Settled<Name extends keyof Settings> = Exclude<Settings[Name], undefined>

const settings: { readonly [Name in keyof Settings]: Setting<Settled<Name>> } = {
  nodes: json(
    'The primary, the region’s own nodes, and those that may be promoted.',
    '[{"name": "fra-1", "role": "standby", "url": "postgresql://…"}, …], the primary among them',
    nodesOf,
  ),
  redis: text('The region’s Redis, redis:// or rediss://.'),
  table: text('The name of the database’s tide table in that Redis.', 'main'),
  source: oneOf(
    'Which WAL to read: the primary’s, the region’s node’s, or the node’s where it can be.',
    ['auto', 'home', 'node'],
    'auto',
  ),
  sourceNode: text('Which node; the first that is not the primary if left out.', undefined, true),
  slot: text('The replication slot to read; `tidegate` commands create and drop it.', 'tidegate'),
  publication: text('The publication to read.', 'tidegate'),
  keys: json(
    'Columns besides primary keys that row tags are raised for.',
    '{"billing.invoice": ["customer_id"], …}',
    keysOf,
    true,
  ),
  searchPath: json(
    'Where statements find names without a schema; the database’s own if left out.',
    '["public", …]',
    textsOf,
    true,
  ),
  maxRowTags: whole('Past so many rows of a table in a transaction, one tag is for all.', 1000, 1),
  maxTags: whole('Past so many tags in the table, those of long ago are removed.', 500_000, 1000),
  heartbeatMs: whole('How often to beat, if it is this one’s turn; 0 never.', 250, 0),
  restAfterMs: whole('Beat no more when nobody has written for so long.', undefined, 1000),
  appliedMs: whole('How often nodes are asked how far they are.', 100, 10),
  failoverMs: whole('How often the primary is looked for.', 1000, 100),
  schemaMs: whole(
    'How often the schema is read, where no trigger tells of DDL; 0 never.',
    10_000,
    0,
  ),
  silenceMs: whole('Silence that means the server is gone.', undefined, 1000),
  slotAlarmBytes: whole('WAL kept for the slot beyond which there is an alarm.', 1024 ** 3, 1),
  slotGiveUpBytes: whole('Beyond which the slot is dropped to spare the disk.', undefined, 1),
  drainMs: whole('How long to finish what was read when asked to end.', 10_000, 0),
  host: text('Where health and metrics are served.', '0.0.0.0'),
  port: whole('The port for them; 0 any.', 9187, 0),
  logLevel: oneOf('What is logged.', ['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'info'),
}

/** `slotAlarmBytes` is TIDEGATE_SLOT_ALARM_BYTES. */
export function variableOf(name: string): string {
  return `TIDEGATE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The environment comes before the file.
 * @throws TidegateError `CONFIG_INVALID`, naming the field and never its value
 */
export function readSettings(environment: Environment, file: unknown = {}): Settings {
  if (!isObject(file)) throw refusal('the configuration file', 'one JSON object')
  const unknown = Object.keys(file).find((name) => !(name in settings))
  if (unknown !== undefined) {
    throw refusal(unknown, `nothing: the settings are ${Object.keys(settings).join(', ')}`)
  }
  const given = new Map<string, unknown>(Object.entries(file))
  function value<T>(name: string, setting: Setting<T>): T | undefined {
    const raw = environment[variableOf(name)] ?? given.get(name)
    if (raw === undefined || raw === '') {
      if (setting.fallback === undefined && !setting.optional) throw refusal(name, setting.expected)
      return setting.fallback
    }
    const read = setting.read(raw)
    if (read === undefined) throw refusal(name, setting.expected)
    return read
  }
  function needed<T>(name: string, setting: Setting<T>): T {
    const found = value(name, setting)
    if (found === undefined) throw refusal(name, setting.expected)
    return found
  }
  return {
    nodes: needed('nodes', settings.nodes),
    redis: needed('redis', settings.redis),
    table: value('table', settings.table),
    source: value('source', settings.source),
    sourceNode: value('sourceNode', settings.sourceNode),
    slot: value('slot', settings.slot),
    publication: value('publication', settings.publication),
    keys: value('keys', settings.keys),
    searchPath: value('searchPath', settings.searchPath),
    maxRowTags: value('maxRowTags', settings.maxRowTags),
    maxTags: value('maxTags', settings.maxTags),
    heartbeatMs: value('heartbeatMs', settings.heartbeatMs),
    restAfterMs: value('restAfterMs', settings.restAfterMs),
    appliedMs: value('appliedMs', settings.appliedMs),
    failoverMs: value('failoverMs', settings.failoverMs),
    schemaMs: value('schemaMs', settings.schemaMs),
    silenceMs: value('silenceMs', settings.silenceMs),
    slotAlarmBytes: value('slotAlarmBytes', settings.slotAlarmBytes),
    slotGiveUpBytes: value('slotGiveUpBytes', settings.slotGiveUpBytes),
    drainMs: value('drainMs', settings.drainMs),
    host: value('host', settings.host),
    port: value('port', settings.port),
    logLevel: value('logLevel', settings.logLevel),
  }
}

export function settingsHelp(): string {
  return Object.entries<Setting<unknown>>(settings)
    .map(([name, { summary, expected, fallback, optional }]) => {
      const given = optional ? 'not set' : 'required'
      const standard = fallback === undefined ? given : `default ${JSON.stringify(fallback)}`
      return `  ${name.padEnd(16)} ${variableOf(name)}\n${' '.repeat(19)}${summary}\n${' '.repeat(19)}${expected}; ${standard}`
    })
    .join('\n')
}

function refusal(field: string, expected: string): TidegateError {
  return new TidegateError('CONFIG_INVALID', `${field}: expected ${expected}.`)
}

const roles: readonly NodeRole[] = ['primary', 'standby', 'subscriber']

function nodesOf(value: unknown): readonly NodeOptions[] | undefined {
  if (!Array.isArray(value)) return undefined
  const nodes = value.flatMap((each: unknown): NodeOptions[] => {
    if (!isObject(each)) return []
    const { name, role, url }: Partial<Record<keyof NodeOptions, unknown>> = each
    const known = roles.find((one) => one === role)
    const isNode =
      typeof name === 'string' && /^[\w.-]{1,64}$/.test(name) && typeof url === 'string'
    return isNode && known && /^postgres(?:ql)?:\/\//.test(url) ? [{ name, role: known, url }] : []
  })
  const names = new Set(nodes.map(({ name }) => name))
  const isWhole = nodes.length === value.length && names.size === nodes.length
  return isWhole && nodes.some(({ role }) => role === 'primary') ? nodes : undefined
}

function keysOf(value: unknown): Readonly<Record<string, readonly string[]>> | undefined {
  if (!isObject(value)) return undefined
  const entries = Object.entries(value).flatMap(([table, columns]) => {
    const names = textsOf(columns)
    return names ? [[table, names] as const] : []
  })
  return entries.length === Object.keys(value).length ? Object.fromEntries(entries) : undefined
}

function textsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  const texts = value.filter((each): each is string => typeof each === 'string')
  return texts.length === value.length ? texts : undefined
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
