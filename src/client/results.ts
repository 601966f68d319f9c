/** What queries give, by what was asked of their results. */
import type { ArrayRow, FullResult, ObjectRow } from '../drivers/decode.ts'
import type { TideMetadata } from './metadata.ts'
import type { ResultOptions } from './query-options.ts'
import type { QueryPromise } from './query-promise.ts'

export type WithTide<T> = T & { readonly tide: TideMetadata }

/** As generic flags rather than a generic object: so the compiler refuses what is no option. */
export interface ShapeOptions<
  ArrayMode extends boolean,
  FullResults extends boolean,
> extends ResultOptions {
  readonly arrayMode?: ArrayMode | undefined
  readonly fullResults?: FullResults | undefined
}

type RowOf<ArrayMode extends boolean, Row> = ArrayMode extends true ? ArrayRow : Row

/** What a query gives: rows as objects, unless it says otherwise. */
export type QueryResult<
  ArrayMode extends boolean,
  FullResults extends boolean,
  Row = ObjectRow,
> = WithTide<FullResults extends true ? FullResult<RowOf<ArrayMode, Row>> : RowOf<ArrayMode, Row>[]>

/** What it gives in a transaction of which something was said. */
type Reshaped<T, ArrayMode extends boolean, FullResults extends boolean> =
  T extends FullResult<infer Row>
    ? QueryResult<ArrayMode, true, Row>
    : T extends readonly (infer Row)[]
      ? QueryResult<ArrayMode, FullResults, Row>
      : T

/** Of each query what it gives by itself. */
export type TransactionResults<
  Queries extends readonly QueryPromise<unknown>[],
  ArrayMode extends boolean,
  FullResults extends boolean,
> = WithTide<{
  -readonly [Index in keyof Queries]: Reshaped<Awaited<Queries[Index]>, ArrayMode, FullResults>
}>
