import {
  type ArrayRow,
  decodeResult,
  decodeRows,
  type FullResult,
  type ObjectRow,
  type TypeParsers,
} from '../drivers/decode.ts'
/** The `sql` function: what an app author touches. */
import type { RawResult, TransactionOptions } from '../drivers/driver.ts'
import { TidegateError } from '../errors.ts'
import { checkOptions, queryFields, transactionFields } from './check-options.ts'
import { type TideMetadata, withMetadata } from './metadata.ts'
import type { NarrowingOptions, QueryOptions, ResultOptions } from './query-options.ts'
import { QueryPromise } from './query-promise.ts'
import type { Runner } from './runner.ts'
import { Raw, Template } from './template.ts'

export type WithTide<T> = T & { readonly tide: TideMetadata }

/** What a query gives, by its options: rows as objects, unless it says otherwise. */
export type QueryResult<O extends ResultOptions, Row = ObjectRow> = WithTide<
  O extends { readonly fullResults: true } ? FullResult<RowOf<O, Row>> : RowOf<O, Row>[]
>

type RowOf<O extends ResultOptions, Row> = O extends { readonly arrayMode: true } ? ArrayRow : Row

export interface Sql {
  /** Values become parameters; `sql` templates and `sql.unsafe` text become part of the statement. */
  <Row extends object = ObjectRow>(
    strings: TemplateStringsArray,
    ...values: unknown[]
  ): QueryPromise<WithTide<Row[]>>

  query<Row extends object = ObjectRow, const O extends QueryOptions = QueryOptions>(
    text: string,
    params?: readonly unknown[],
    options?: O,
  ): QueryPromise<QueryResult<O, Row>>

  /** Text that goes into a template as it is. Never put a user's words into it. */
  unsafe(text: string): Raw

  /** Several queries as one transaction on one node: the primary, if any of them is no read. */
  transaction<const O extends QueryOptions & TransactionOptions = QueryOptions>(
    queries: readonly QueryPromise<unknown>[] | ((sql: Sql) => readonly QueryPromise<unknown>[]),
    options?: O,
  ): Promise<WithTide<QueryResult<O>[]>>

  /** A `sql` for which these options hold where a query does not say otherwise. */
  with(options: NarrowingOptions & ResultOptions): Sql
}

/** @param types how values are parsed where a query does not say otherwise */
export function createSql(runner: Runner, types: TypeParsers, base: QueryOptions = {}): Sql {
  function decode(result: RawResult, { fullResults, ...options }: ResultOptions): object {
    const how = { types: options.types ?? types, arrayMode: options.arrayMode }
    return fullResults ? decodeResult(result, how) : decodeRows(result, how)
  }

  async function run(
    query: QueryPromise<unknown>['query'],
    options: QueryOptions,
  ): Promise<unknown> {
    const { results, tide } = await runner.run([query], options, undefined)
    const [result] = results
    if (!result) throw new TypeError('A query has a result')
    return withMetadata(decode(result, options), tide)
  }

  function template(strings: TemplateStringsArray, ...values: unknown[]): QueryPromise<unknown> {
    if (!Array.isArray(strings) || !Array.isArray(strings.raw)) {
      throw new TidegateError(
        'STATEMENT_REFUSED',
        'sql is a template tag: sql`select …`. For text in a variable there is sql.query(text, params).',
      )
    }
    const parsed = new Template(strings, values)
    const query = parsed.toQuery()
    return new QueryPromise(query, parsed, {}, async () => await run(query, base))
  }

  const sql = Object.assign(template, {
    query(text: string, params: readonly unknown[] = [], options: QueryOptions = {}) {
      const query = { text, params }
      return new QueryPromise(query, undefined, options, async () => {
        checkOptions(options, 'sql.query(text, params, …)', queryFields)
        return await run(query, { ...base, ...options })
      })
    },

    unsafe: (text: string) => new Raw(text),

    async transaction(
      queries: readonly QueryPromise<unknown>[] | ((tx: Sql) => readonly QueryPromise<unknown>[]),
      options: QueryOptions & TransactionOptions = {},
    ) {
      checkOptions(options, 'sql.transaction([…], …)', transactionFields)
      const list = typeof queries === 'function' ? queries(createSql(runner, types, base)) : queries
      if (!list.every((each) => each instanceof QueryPromise)) {
        throw new TidegateError(
          'STATEMENT_REFUSED',
          'sql.transaction takes queries made by sql`…` or sql.query(…), not awaited.',
        )
      }
      const all = { ...base, ...options }
      const { isolationLevel, readOnly, deferrable } = options
      const transaction = { isolationLevel, readOnly, deferrable }
      const { results, tide } = await runner.run(
        list.map(({ query }) => query),
        all,
        transaction,
      )
      return withMetadata(
        results.map((result, index) =>
          withMetadata(decode(result, { ...all, ...list[index]?.shape }), tide),
        ),
        tide,
      )
    },

    with(options: QueryOptions) {
      checkOptions(options, 'sql.with(…)', queryFields)
      return createSql(runner, types, { ...base, ...options })
    },
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- results are typed by their options
  return sql as unknown as Sql
}
