/**
 * Whether statements may have left something in the session: a setting, a temporary table, a lock, the
 * last value of a sequence. What certainly only reads leaves nothing, and its connection goes to the next
 * request as it is, its prepared statements with it.
 */
import { FootprintMemo } from '../../src/sql/memo.ts'
import type { SqlQuery } from '../protocol/request.ts'

export class Traces {
  readonly #memo = new FootprintMemo()

  mayRemain(queries: readonly SqlQuery[]): boolean {
    return queries.some(({ text }) => this.#memo.read(text).kind !== 'read')
  }
}
