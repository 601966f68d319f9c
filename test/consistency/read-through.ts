/** A client without the SDK: plain HTTP to a gateway that answers with it, the token in a header. */
import type { TideMetadata } from '../../src/client/metadata.ts'
import { append, heldIn, read, SNAPSHOT, type Statement } from './data.ts'
import {
  type Answer,
  type Clock,
  type Command,
  failed,
  type Outcome,
  type Reply,
} from './request.ts'

export interface Entrance {
  readonly url: string
  /** A connection string by which the gateway knows one of its nodes. */
  readonly login: string
  readonly timeoutMs: number
}

export async function runThrough(
  entrance: Entrance,
  cookie: string,
  commands: readonly Command[],
  clock: Clock,
): Promise<Reply> {
  const [name = '', value = ''] = cookie.split('=', 2)
  let token = value
  const answers: Answer[] = []
  for (const command of commands) {
    const begun = clock()
    const { after, toldOfLoss, outcome } = await run(entrance, token, command)
    answers.push({ begun, ended: clock(), toldOfLoss, ...outcome })
    token = after
  }
  return { cookie: token === '' ? '' : `${name === '' ? 'tidegate' : name}=${token}`, answers }
}

interface Ran {
  readonly after: string
  readonly toldOfLoss: boolean
  readonly outcome: Outcome
}

async function run(entrance: Entrance, token: string, command: Command): Promise<Ran> {
  try {
    const { status, headers, body } = await ask(entrance, token, command)
    if (status !== 200) {
      const outcome = failed(`${status} ${codeOf(body)}`, committedOf(headers, body))
      return { after: token, toldOfLoss: false, outcome }
    }
    const held = command.kind === 'read' ? heldIn(rowsOf(body)) : []
    return {
      after: headers.get('tidegate-token') ?? '',
      toldOfLoss: headers.has('tidegate-lost-writes'),
      outcome: { ...seenIn(headers), error: undefined, committed: 'yes', held },
    }
  } catch {
    const outcome = failed('the gateway gave no answer', 'unknown')
    return { after: token, toldOfLoss: false, outcome }
  }
}

interface Reached {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

async function ask(
  { url, login, timeoutMs }: Entrance,
  token: string,
  command: Command,
): Promise<Reached> {
  const statements = statementsOf(command)
  const [only] = statements
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Neon-Connection-String': login,
      ...(token !== '' && { 'Tidegate-Token': token }),
      ...(statements.length > 1 && command.kind === 'read' && SNAPSHOT_HEADERS),
      ...(command.kind === 'read' && wishesOf(command)),
    },
    body: JSON.stringify(
      statements.length > 1 ? { queries: statements.map(toQuery) } : only && toQuery(only),
    ),
    signal: AbortSignal.timeout(timeoutMs),
  })
  const body: unknown = await response.json()
  return { status: response.status, headers: response.headers, body }
}

function statementsOf(command: Command): readonly Statement[] {
  if (command.kind === 'read') return read(command.keys, command.way)
  return command.keys.map((key) => append(key, command.value))
}

const SNAPSHOT_HEADERS = {
  'Neon-Batch-Isolation-Level': SNAPSHOT.isolationLevel,
  'Neon-Batch-Read-Only': String(SNAPSHOT.readOnly),
}

function toQuery({ text, params }: Statement): { query: string; params: readonly string[] } {
  return { query: text, params: params.map(String) }
}

function wishesOf({
  freshness,
  cache,
}: Extract<Command, { kind: 'read' }>): Record<string, string> {
  return {
    'Tidegate-Freshness':
      typeof freshness === 'string' ? freshness : `within=${freshness.within}ms`,
    'Tidegate-Cache': cache ? '60' : 'off',
  }
}

function seenIn(headers: Headers): Pick<Outcome, 'source' | 'from' | 'position' | 'route'> {
  const [, source = ''] = /desc="([^"]*)"/.exec(headers.get('server-timing') ?? '') ?? []
  const cache = headers.get('tidegate-cache')
  return {
    source,
    from: sources.find((each) => each === headers.get('tidegate-source')) ?? 'primary',
    position: headers.get('tidegate-position') ?? undefined,
    route: cache === null ? 'read-through' : `read-through, cache ${cache}`,
  }
}

const sources: readonly TideMetadata['source'][] = ['cache', 'replica', 'primary']

/** In doubt it is unknown. */
function committedOf(headers: Headers, body: unknown): Answer['committed'] {
  const ranNot = headers.has('tidegate-outcome') || notCommitted.has(codeOf(body))
  return ranNot ? 'no' : 'unknown'
}

const notCommitted = new Set(['25006', '40001', '40P01', '53300', '57P03'])

function codeOf(body: unknown): string {
  return isObject(body) && 'code' in body && typeof body.code === 'string' ? body.code : ''
}

/** Of one statement, or of a transaction's. */
function rowsOf(body: unknown): readonly unknown[] {
  if (!isObject(body)) return []
  if ('results' in body && Array.isArray(body.results)) return body.results.flatMap(rowsOf)
  return 'rows' in body && Array.isArray(body.rows) ? body.rows : []
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
