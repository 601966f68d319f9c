/**
 * One request of a session, as an app answers it: the cookie comes in, some transactions run, the
 * cookie goes out. Web APIs only: it runs in Node and in workerd.
 */
import { QueryError } from '../../src/client/errors.ts'
import type { TideMetadata } from '../../src/client/metadata.ts'
import type { Sql } from '../../src/client/sql.ts'
import type { Tidegate } from '../../src/client/tidegate.ts'
import type { TransactionOptions } from '../../src/drivers/driver.ts'
import { isTidegateError } from '../../src/errors.ts'
import { append, type Held, heldIn, read, SNAPSHOT, type Statement, type Way } from './data.ts'
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
  tg: Tidegate,
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

export type Outcome = Omit<Answer, 'begun' | 'ended' | 'toldOfLoss'>

async function run(sql: Sql, command: Command): Promise<Outcome> {
  try {
    if (command.kind === 'write') {
      const { keys, value } = command
      const { tide } = await runAll(
        sql,
        keys.map((key) => append(key, value)),
        {},
      )
      return toOutcome(tide, [])
    }
    const { keys, way, freshness, cache } = command
    const { tide, rows } = await runAll(sql.with({ freshness, cache }), read(keys, way), SNAPSHOT)
    return toOutcome(tide, heldIn(rows))
  } catch (error) {
    return failed(nameOf(error), isTidegateError(error) ? error.committed : 'unknown')
  }
}

/** One statement by itself, several in a transaction. */
async function runAll(
  sql: Sql,
  statements: readonly Statement[],
  options: TransactionOptions,
): Promise<{ readonly tide: TideMetadata; readonly rows: readonly unknown[] }> {
  const queries = statements.map(({ text, params }) => sql.query(text, params))
  const [only, ...others] = queries
  if (only && others.length === 0) {
    const rows = await only
    return { tide: rows.tide, rows }
  }
  const results = await sql.transaction(queries, options)
  return { tide: results.tide, rows: results.flat() }
}

export function failed(error: string, committed: Answer['committed']): Outcome {
  return { source: '', from: 'primary', position: undefined, route: '', error, committed, held: [] }
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
