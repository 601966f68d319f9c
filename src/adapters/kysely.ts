/**
 * Tidegate under Kysely: a dialect whose queries go through the gate.
 *
 * @module
 */
import {
  type Compilable,
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  DeleteResult,
  type Dialect,
  type Driver,
  type InferResult,
  InsertResult,
  type Kysely,
  MergeResult,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
  type QueryResult,
  UpdateResult,
} from 'kysely'

import { withMetadata } from '../client/metadata.ts'
import type { QueryOptions } from '../client/query-options.ts'
import type { Sql } from '../client/sql.ts'
import type { FullResult, ObjectRow } from '../drivers/decode.ts'
import type { TransactionOptions } from '../drivers/driver.ts'
import { TidegateError } from '../errors.ts'
export { tideOf } from './tide-of.ts'

/**
 * @example
 * const { sql, session } = tg.session(request)
 * const db = new Kysely<Database>({ dialect: new TidegateDialect(sql) })
 * const anyAge = new Kysely<Database>({ dialect: new TidegateDialect(sql.with({ freshness: 'any' })) })
 */
export class TidegateDialect implements Dialect {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  createDriver(): Driver {
    return new TidegateDriver(this.#sql)
  }

  createAdapter(): TidegateAdapter {
    return new TidegateAdapter(this.#sql)
  }

  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler()
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- Kysely's own word for a database of unknown tables
  createIntrospector(db: Kysely<any>): DatabaseIntrospector {
    return new PostgresIntrospector(db)
  }
}

/** Postgres's, and the way from a `Kysely` back to the `sql` it was made with. */
class TidegateAdapter extends PostgresAdapter {
  readonly sql: Sql

  constructor(sql: Sql) {
    super()
    this.sql = sql
  }
}

class TidegateDriver implements Driver {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  async init(): Promise<void> {}

  /** There is no connection: each query finds a node of its own. */
  async acquireConnection(): Promise<DatabaseConnection> {
    return await Promise.resolve(new Queries(this.#sql))
  }

  async beginTransaction(): Promise<void> {
    return await refuseTransaction()
  }

  async commitTransaction(): Promise<void> {
    return await refuseTransaction()
  }

  async rollbackTransaction(): Promise<void> {
    return await refuseTransaction()
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}

abstract class Refusing implements DatabaseConnection {
  abstract executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>>

  // oxlint-disable-next-line require-yield -- it gives nothing but the refusal
  async *streamQuery(): AsyncIterableIterator<never> {
    throw await Promise.resolve(
      new TidegateError(
        'STATEMENT_REFUSED',
        'A stream would hold a connection open, and there is none. Read in pages: ' +
          'order by a key and ask for the rows after the last one.',
      ),
    )
  }
}

class Queries extends Refusing {
  readonly #sql: Sql

  constructor(sql: Sql) {
    super()
    this.#sql = sql
  }

  async executeQuery<R>(
    { sql: text, parameters }: CompiledQuery,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<QueryResult<R>> {
    const options = { fullResults: true, ...(signal && { signal }) } as const
    const result = await this.#sql.query(text, parameters, options)
    return toQueryResult(result, result.tide)
  }
}

async function refuseTransaction(): Promise<never> {
  return await Promise.reject(
    new TidegateError(
      'STATEMENT_REFUSED',
      'db.transaction() and db.startTransaction() would hold a connection between their statements, ' +
        "and there is none. Use batch(db, [...]) of 'tidegate/kysely', which is one transaction, or " +
        'one statement with CTEs.',
    ),
  )
}

const counted = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

function toQueryResult<R>(
  { rows, command, rowCount }: FullResult<ObjectRow>,
  tide: Parameters<typeof withMetadata>[1],
): QueryResult<R> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Kysely knows what it asked for
  const typed = withMetadata(rows, tide) as unknown as R[]
  return counted.has(command)
    ? { rows: typed, numAffectedRows: BigInt(rowCount ?? 0) }
    : { rows: typed }
}

type Results<Q extends readonly Compilable[]> = { [I in keyof Q]: InferResult<Q[I]> }

/** Several queries as one transaction on one node: the primary, if any of them writes. */
export async function batch<const Q extends readonly Compilable[]>(
  // oxlint-disable-next-line typescript/no-explicit-any -- any database will do
  db: Kysely<any>,
  queries: Q,
  options: Omit<QueryOptions, 'arrayMode' | 'fullResults'> & TransactionOptions = {},
): Promise<Results<Q>> {
  const executor = db.getExecutor()
  const { adapter } = executor
  if (!(adapter instanceof TidegateAdapter)) {
    throw new TidegateError(
      'CONFIG_INVALID',
      'batch(db, …): expected a Kysely that was made with TidegateDialect.',
    )
  }
  const { sql } = adapter
  const compiled = queries.map((query) => query.compile())
  const results = await sql.transaction(
    compiled.map(({ sql: text, parameters }) => sql.query(text, parameters)),
    { ...options, arrayMode: false, fullResults: true },
  )
  const shaped = await Promise.all(
    results.map(async (result, index) => {
      const query = compiled[index]
      if (!query) throw new TypeError('A query has a result')
      const answer = toQueryResult(result, results.tide)
      // As if the query had asked by itself: the plugins see its result.
      const { rows, numAffectedRows } = await executor
        .withConnectionProvider({
          provideConnection: async (consumer) => await consumer(new Answered(answer)),
        })
        .executeQuery(query)
      const count = countOf(query, numAffectedRows)
      return count ? [count] : rows
    }),
  )
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Kysely's builders know what they give
  return shaped as Results<Q>
}

/** A connection on which the answer lies already. */
class Answered extends Refusing {
  readonly #answer: QueryResult<unknown>

  constructor(answer: QueryResult<unknown>) {
    super()
    this.#answer = answer
  }

  async executeQuery<R>(): Promise<QueryResult<R>> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Kysely knows what it asked for
    return await Promise.resolve(this.#answer as QueryResult<R>)
  }
}

/** What Kysely's builders give for a query that returns no rows. */
function countOf({ query }: CompiledQuery, affected = 0n): object | undefined {
  if ('returning' in query && query.returning !== undefined) return undefined
  if (query.kind === 'InsertQueryNode') return new InsertResult(undefined, affected)
  if (query.kind === 'UpdateQueryNode') return new UpdateResult(affected, undefined)
  if (query.kind === 'DeleteQueryNode') return new DeleteResult(affected)
  if (query.kind === 'MergeQueryNode') return new MergeResult(affected)
  return undefined
}
