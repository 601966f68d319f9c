/**
 * Whether statements may have left something in the session: a setting, a temporary table, a lock, the
 * last value of a sequence. What certainly only reads, and reads tables only, leaves nothing, and its
 * connection goes to the next request as it is, its prepared statements with it. A view or a policy may
 * call any function, and so may leave anything: whether a name is a table is asked of the database.
 */
import type { FootprintMemo } from '../../src/sql/memo.ts'
import type { TableName } from '../../src/sql/names.ts'
import type { Backend } from '../postgres/backend.ts'
import { KeptResult } from '../postgres/statement.ts'
import type { SqlQuery } from '../protocol/request.ts'

/** What has been found out holds for so long: a table may be replaced by a view. */
const KNOWN_FOR_MS = 10_000
const MOST_NAMES = 10_000

/** What is Postgres' own has lower numbers, and none of it changes a session in being read. */
const LOOK_UP = `select name, coalesce((select
  (oid < 16384 or relkind in ('r', 'p', 'm')) and not relrowsecurity
  from pg_class where oid = to_regclass(name)), false)::text
from unnest($1::text[]) as name`

interface Known {
  readonly plain: boolean
  readonly until: number
}

/** For one credential: what a name means depends on its search path. */
export class Traces {
  readonly #footprints: FootprintMemo
  readonly #known = new Map<string, Known>()

  constructor(footprints: FootprintMemo) {
    this.#footprints = footprints
  }

  /**
   * Names that have to be looked up before anybody can say; `undefined`: something may remain whatever
   * they are. None: nothing remains.
   */
  unknownIn(queries: readonly SqlQuery[]): readonly string[] | undefined {
    const unknown: string[] = []
    for (const { text } of queries) {
      const { kind, tables } = this.#footprints.read(text)
      if (kind !== 'read' || tables.read === 'unknown') return undefined
      for (const table of tables.read) {
        const name = quoted(table)
        const known = this.#known.get(name)
        if (!known || known.until < performance.now()) unknown.push(name)
        else if (!known.plain) return undefined
      }
    }
    return unknown
  }

  /** Asks on a connection that has been reset. */
  async lookUp(names: readonly string[], backend: Backend): Promise<void> {
    const found = new KeptResult()
    const values = [`{${names.map((name) => JSON.stringify(name)).join()}}`]
    await backend.run([[{ text: LOOK_UP, values, sink: found }]])
    if (this.#known.size > MOST_NAMES) this.#known.clear()
    const until = performance.now() + KNOWN_FOR_MS
    for (const [name, plain] of found.result?.rows ?? []) {
      if (typeof name === 'string') this.#known.set(name, { plain: plain === 'true', until })
    }
  }
}

function quoted({ schema, name }: TableName): string {
  return [schema, name]
    .filter((part) => part !== undefined)
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
}
