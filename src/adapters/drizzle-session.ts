/** Drizzle's session for Neon, with what happened on each result and errors that hold no values. */
import { DrizzleQueryError, type Logger, NoopLogger } from 'drizzle-orm'
import { type Cache, NoopCache } from 'drizzle-orm/cache/core'
import type { NeonHttpClient } from 'drizzle-orm/neon-http'
import { NeonHttpPreparedQuery, NeonHttpSession } from 'drizzle-orm/neon-http/session'
import type { PgDialect, PreparedQueryConfig } from 'drizzle-orm/pg-core'
import type { RelationalSchemaConfig, TablesRelationalConfig } from 'drizzle-orm/relations'

import { withMetadata } from '../client/metadata.ts'
import { isTidegateError, TidegateError } from '../errors.ts'
import { tideOf } from './tide-of.ts'

class PreparedQuery<T extends PreparedQueryConfig> extends NeonHttpPreparedQuery<T> {
  override async execute(placeholderValues: Record<string, unknown> = {}): Promise<T['execute']> {
    try {
      return await super.execute(placeholderValues)
    } catch (error) {
      // Drizzle's own error has the parameters in its message.
      if (error instanceof DrizzleQueryError && isTidegateError(error.cause)) throw error.cause
      throw error
    }
  }

  override mapResult(result: unknown): unknown {
    const mapped = super.mapResult(result)
    const tide = tideOf(result)
    if (!tide || typeof mapped !== 'object' || mapped === null) return mapped
    // A row may have a column of that name; the result itself has it already.
    return Object.hasOwn(mapped, 'tide') ? mapped : withMetadata(mapped, tide)
  }
}

interface SessionOptions {
  readonly logger?: Logger | undefined
  readonly cache?: Cache | undefined
}

export class TidegateSession<
  TFullSchema extends Record<string, unknown>,
  TSchema extends TablesRelationalConfig,
> extends NeonHttpSession<TFullSchema, TSchema> {
  readonly #client: NeonHttpClient
  readonly #logger: Logger
  readonly #cache: Cache

  constructor(
    client: NeonHttpClient,
    dialect: PgDialect,
    schema: RelationalSchemaConfig<TSchema> | undefined,
    { logger = new NoopLogger(), cache = new NoopCache() }: SessionOptions,
  ) {
    super(client, dialect, schema, { logger, cache })
    this.#client = client
    this.#logger = logger
    this.#cache = cache
  }

  override prepareQuery<T extends PreparedQueryConfig = PreparedQueryConfig>(
    ...[query, fields, , isArray, mapper, metadata, cacheConfig]: Parameters<
      NeonHttpSession<TFullSchema, TSchema>['prepareQuery']
    >
  ): NeonHttpPreparedQuery<T> {
    return new PreparedQuery<T>(
      this.#client,
      query,
      this.#logger,
      this.#cache,
      metadata,
      cacheConfig,
      fields,
      isArray,
      mapper,
    )
  }

  override async transaction(): Promise<never> {
    return await Promise.reject(
      new TidegateError(
        'STATEMENT_REFUSED',
        'db.transaction(callback) would hold a connection between its statements, and there is none. ' +
          'Use db.batch([...]), which is one transaction, or one statement with CTEs.',
      ),
    )
  }
}
