/** Kysely over a Neon driver: one statement a request, so without transactions. */
import type { FullQueryResults, NeonQueryFunction } from '@neondatabase/serverless'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'

type Sql = NeonQueryFunction<false, true>

class HttpConnection implements DatabaseConnection {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, rowCount }: FullQueryResults<false> = await this.#sql.query(sql, [...parameters])
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Kysely takes its rows on trust
    return { rows: rows as Row[], numAffectedRows: BigInt(rowCount ?? 0) }
  }

  // oxlint-disable-next-line require-yield -- there is nothing to stream from
  async *streamQuery(): AsyncGenerator<never> {
    throw new Error('one statement a request cannot be streamed')
  }
}

async function refuseTransaction(): Promise<void> {
  await Promise.reject(new Error('one statement a request is no transaction'))
}

export function kyselyNeonDialect(sql: Sql): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createDriver: () => ({
      init: async () => {},
      acquireConnection: async () => await Promise.resolve(new HttpConnection(sql)),
      beginTransaction: refuseTransaction,
      commitTransaction: refuseTransaction,
      rollbackTransaction: refuseTransaction,
      releaseConnection: async () => {},
      destroy: async () => {},
    }),
  }
}
