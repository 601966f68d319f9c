/**
 * Tidegate under Drizzle: every query and every batch goes through the gate, and rows are what
 * `drizzle-orm/neon-http` gives.
 *
 * @module
 */
import { DefaultLogger, type DrizzleConfig } from 'drizzle-orm'
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch'
import type { NeonHttpQueryResultHKT } from 'drizzle-orm/neon-http'
import { PgDatabase, PgDialect } from 'drizzle-orm/pg-core'
import {
  createTableRelationsHelpers,
  extractTablesRelationalConfig,
  type ExtractTablesWithRelations,
  type RelationalSchemaConfig,
} from 'drizzle-orm/relations'

import type { Sql } from '../client/sql.ts'
import type { TypeParsers } from '../drivers/decode.ts'
import { createDrizzleClient } from './drizzle-client.ts'
import { TidegateSession } from './drizzle-session.ts'

export { tideOf } from './tide-of.ts'

export interface TidegateDrizzleConfig<
  TSchema extends Record<string, unknown>,
> extends DrizzleConfig<TSchema> {
  /** How values are parsed that Drizzle's columns do not parse. @default those of Neon's driver */
  readonly types?: TypeParsers | undefined
}

export class TidegateDatabase<
  TSchema extends Record<string, unknown> = Record<string, never>,
> extends PgDatabase<NeonHttpQueryResultHKT, TSchema> {
  readonly #session: Session<TSchema>

  constructor(dialect: PgDialect, session: Session<TSchema>, schema: Schema<TSchema> | undefined) {
    super(dialect, session, schema)
    this.#session = session
  }

  /** Several queries as one transaction on one node: the primary, if any of them writes. */
  async batch<U extends BatchItem<'pg'>, T extends Readonly<[U, ...U[]]>>(
    queries: T,
  ): Promise<BatchResponse<T>> {
    return await this.#session.batch(queries)
  }
}

type Session<TSchema extends Record<string, unknown>> = TidegateSession<
  TSchema,
  ExtractTablesWithRelations<TSchema>
>
type Schema<TSchema extends Record<string, unknown>> = RelationalSchemaConfig<
  ExtractTablesWithRelations<TSchema>
>

/**
 * A Drizzle database for one request. It is a handful of objects: make it where the session is.
 *
 * @example
 * const { sql, session } = tg.session(request)
 * const db = drizzle(sql, { schema })
 * const anyAge = drizzle(sql.with({ freshness: 'any' }), { schema })
 */
export function drizzle<TSchema extends Record<string, unknown> = Record<string, never>>(
  sql: Sql,
  { schema, casing, logger, cache, types }: TidegateDrizzleConfig<TSchema> = {},
): TidegateDatabase<TSchema> & { readonly $client: Sql } {
  const dialect = new PgDialect(casing && { casing })
  const relations = schema && relationsOf(schema)
  const session: Session<TSchema> = new TidegateSession(
    createDrizzleClient(sql, types),
    dialect,
    relations,
    { logger: logger === true ? new DefaultLogger() : logger || undefined, cache },
  )
  const db = new TidegateDatabase<TSchema>(dialect, session, relations)
  if (cache) {
    // What `db.$cache.invalidate(…)` of every driver of Drizzle does.
    db.$cache = { invalidate: async (stale) => await cache.onMutate(stale) }
  }
  return Object.assign(db, { $client: sql })
}

function relationsOf<TSchema extends Record<string, unknown>>(schema: TSchema): Schema<TSchema> {
  const { tables, tableNamesMap } = extractTablesRelationalConfig<
    ExtractTablesWithRelations<TSchema>
  >(schema, createTableRelationsHelpers)
  return { fullSchema: schema, schema: tables, tableNamesMap }
}
