/**
 * One request of a session, as an app answers it: the cookie comes in, some transactions run, the
 * cookie goes out. Web APIs only: it runs in Node and in workerd.
 */
import { QueryError } from '../../src/client/errors.ts'
import type { TideMetadata } from '../../src/client/metadata.ts'
import type { Sql } from '../../src/client/sql.ts'
import type { AnyTidegate } from '../../src/client/tidegate.ts'
import { isTidegateError } from '../../src/errors.ts'
import { append, type Held, read, type Way } from './data.ts'
import type { Freshness } from './history.ts'

export type Command =
  | { readonly kind: 'write'; readonly keys: readonly number[]; readonly value: number }
  | {
      readonly kind: 'read'
      readonly keys: readonly number[]
      readonly way: Way
      readonly freshness: Freshness
      readonly cache: boolean
    }

export interface Answer {
  /** In ms since 1970. */
  readonly begun: number
  readonly ended: number
  readonly source: string
  readonly from: TideMetadata['source']
  readonly position: string | undefined
  /** For people: who was asked, and why. */
  readonly route: string
  readonly toldOfLoss: boolean
  /** Why there is none. */
  readonly error: string | undefined
  readonly committed: 'yes' | 'no' | 'unknown'
  readonly held: readonly Held[]
}

export interface Reply {
  readonly cookie: string
  readonly answers: readonly Answer[]
}

export type Clock = () => number

export async function runRequest(
  tg: AnyTidegate,
  cookie: string,
  commands: readonly Command[],
  clock: Clock,
): Promise<Reply> {
  const { sql, session } = tg.session({ headers: new Headers({ cookie }) })
  const answers: Answer[] = []
  for (const command of commands) {
    const begun = clock()
    const outcome = await run(sql, command)
    const ended = clock()
    answers.push({ begun, ended, toldOfLoss: session.lostWrites !== 'no', ...outcome })
  }
  const response = await session.respond(new Response())
  const last = answers.at(-1)
  // What the response says was said by its end.
  if (last) answers[answers.length - 1] = { ...last, toldOfLoss: session.lostWrites !== 'no' }
  return { cookie: response.headers.get('set-cookie')?.split(';')[0] ?? cookie, answers }
}

type Outcome = Omit<Answer, 'begun' | 'ended' | 'toldOfLoss'>

async function run(sql: Sql, command: Command): Promise<Outcome> {
  try {
    if (command.kind === 'write') {
      const { keys, value } = command
      const appends = keys.map((key) => append(sql, key, value))
      const [only] = appends
      const { tide } = await (appends.length === 1 && only ? only : sql.transaction(appends))
      return toOutcome(tide, [])
    }
    const { keys, way, freshness, cache } = command
    const { tide, held } = await read(sql.with({ freshness, cache }), keys, way)
    return toOutcome(tide, held)
  } catch (error) {
    const known = isTidegateError(error)
    return {
      source: '',
      from: 'primary',
      position: undefined,
      route: '',
      error: nameOf(error),
      committed: known ? error.committed : 'unknown',
      held: [],
    }
  }
}

function nameOf(error: unknown): string {
  if (error instanceof QueryError) return `${error.code} ${error.sqlState}`
  return isTidegateError(error) ? error.code : String(error)
}

function toOutcome(tide: TideMetadata, held: readonly Held[]): Outcome {
  const { source: from, node, region, position, role, attempts, cache } = tide
  const source = from === 'cache' ? `cache ${region}` : node
  const asked = attempts.map((each) => `${each.node} (${each.reason}): ${each.outcome}`)
  const route = [role ?? 'entry', ...(cache === undefined ? [] : [`cache ${cache}`]), ...asked]
  return {
    source,
    from,
    position,
    route: route.join(', '),
    error: undefined,
    committed: 'yes',
    held,
  }
}
