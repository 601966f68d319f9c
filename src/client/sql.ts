/** The `sql` function: what an app author touches. */
import { decodeResult, decodeRows, type ObjectRow, type TypeParsers } from '../drivers/decode.ts'
import type { RawResult, TransactionOptions } from '../drivers/driver.ts'
import { TidegateError } from '../errors.ts'
import { checkOptions, queryFields, transactionFields } from './check-options.ts'
import { withMetadata } from './metadata.ts'
import type { NarrowingOptions, QueryOptions, ResultOptions } from './query-options.ts'
import { QueryPromise } from './query-promise.ts'
import type { QueryResult, ShapeOptions, TransactionResults } from './results.ts'
import type { Runner } from './runner.ts'
import { Raw, Template } from './template.ts'

export interface Sql<ArrayMode extends boolean = false, FullResults extends boolean = false> {
  /** Values become parameters; `sql` templates and `sql.unsafe` text become part of the statement. */
  <Row extends object = ObjectRow>(
    strings: TemplateStringsArray,
    ...values: unknown[]
  ): QueryPromise<QueryResult<ArrayMode, FullResults, Row>>

  /** A statement with `$1`, `$2` … and the values that stand for them. */
  query<Row extends object = ObjectRow>(
    text: string,
    params: readonly unknown[] | undefined,
    options: NarrowingOptions & ShapeOptions<true, true> & AsArrays & AsFull,
  ): QueryPromise<QueryResult<true, true, Row>>
  query<Row extends object = ObjectRow>(
    text: string,
    params: readonly unknown[] | undefined,
    options: NarrowingOptions & ShapeOptions<ArrayMode, true> & AsFull,
  ): QueryPromise<QueryResult<ArrayMode, true, Row>>
  query<Row extends object = ObjectRow>(
    text: string,
    params: readonly unknown[] | undefined,
    options: NarrowingOptions & ShapeOptions<true, FullResults> & AsArrays,
  ): QueryPromise<QueryResult<true, FullResults, Row>>
  query<Row extends object = ObjectRow>(
    text: string,
    params?: readonly unknown[],
    options?: NarrowingOptions & ShapeOptions<ArrayMode, FullResults>,
  ): QueryPromise<QueryResult<ArrayMode, FullResults, Row>>
  query<Row extends object = ObjectRow>(
    text: string,
    params: readonly unknown[] | undefined,
    options: QueryOptions,
  ): QueryPromise<QueryResult<boolean, boolean, Row>>

  /** Text that goes into a template as it is. Never put a user's words into it. */
  unsafe(text: string): Raw

  /** Several queries as one transaction on one node: the primary, if any of them is no read. */
  transaction<
    const Queries extends readonly QueryPromise<unknown>[],
    A extends boolean = false,
    F extends boolean = false,
  >(
    queries: Queries | ((tx: Sql<ArrayMode, FullResults>) => Queries),
    options?: NarrowingOptions & ShapeOptions<A, F> & TransactionOptions,
  ): Promise<TransactionResults<Queries, A, F>>

  /** A `sql` for which these options hold where a query does not say otherwise. */
  with<A extends boolean = ArrayMode, F extends boolean = FullResults>(
    options: NarrowingOptions & ShapeOptions<A, F>,
  ): Sql<A, F>
}

interface AsArrays {
  readonly arrayMode: true
}

interface AsFull {
  readonly fullResults: true
}

/** @param types how values are parsed where a query does not say otherwise */
export function createSql(
  runner: Pick<Runner, 'run'>,
  types: TypeParsers,
  base: QueryOptions = {},
): Sql {
  function decode(result: RawResult, { fullResults, ...options }: ResultOptions): object {
    const how = { types: options.types ?? types, arrayMode: options.arrayMode }
    return fullResults ? decodeResult(result, how) : decodeRows(result, how)
  }

  async function run(
    query: QueryPromise<unknown>['query'],
    options: QueryOptions,
  ): Promise<unknown> {
    const { results, tide } = await runner.run([query], [options], options, undefined)
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
    return new QueryPromise(query, parsed, said, async () => await run(query, base))
  }

  const said = { query: {}, sql: base }
  const sql = Object.assign(template, {
    query(text: string, params: readonly unknown[] = [], options: QueryOptions = {}) {
      const query = { text, params }
      return new QueryPromise(query, undefined, { query: options, sql: base }, async () => {
        checkOptions(options, 'sql.query(text, params, …)', queryFields)
        return await run(query, { ...base, ...options })
      })
    },

    unsafe: (text: string) => new Raw(text),

    async transaction(
      queries: readonly QueryPromise<unknown>[] | ((tx: Sql) => readonly QueryPromise<unknown>[]),
      options: QueryOptions & TransactionOptions = {},
    ) {
      const { isolationLevel, readOnly, deferrable, ...narrowing } = options
      checkOptions(options, 'sql.transaction([…], …)', transactionFields)
      const list = queriesOf(
        typeof queries === 'function' ? queries(createSql(runner, types, base)) : queries,
      )
      // What a query says of itself comes first, then what is said of all of them.
      const each = list.map(({ said: { query, sql: its } }) => {
        checkOptions(query, 'sql.query(text, params, …)', queryFields)
        return { ...base, ...its, ...narrowing, ...query }
      })
      const { results, tide } = await runner.run(
        list.map(({ query }) => query),
        each,
        { ...base, ...narrowing },
        { isolationLevel, readOnly, deferrable },
      )
      const decoded = results.map((result, index) => {
        return withMetadata(decode(result, each[index] ?? {}), tide)
      })
      for (const [index, query] of list.entries()) query.hasRun(decoded[index])
      return withMetadata(decoded, tide)
    },

    with(options: QueryOptions) {
      checkOptions(options, 'sql.with(…)', queryFields)
      return createSql(runner, types, { ...base, ...options })
    },
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- results are typed by their options
  return sql as unknown as Sql
}

/** @param given what came from JavaScript, perhaps */
function queriesOf(given: readonly QueryPromise<unknown>[]): readonly QueryPromise<unknown>[] {
  const isList: boolean = Array.isArray(given)
  if (!isList || !given.every((each) => each instanceof QueryPromise)) {
    throw new TidegateError(
      'STATEMENT_REFUSED',
      'sql.transaction takes a list of queries made by sql`…` or sql.query(…), or a function that ' +
        'gives one: not awaited, and not async.',
    )
  }
  if (given.some(({ hasBegun }) => hasBegun)) {
    throw new TidegateError(
      'STATEMENT_REFUSED',
      'A query of this transaction has run already, and each runs once: make it anew.',
    )
  }
  return given
}
