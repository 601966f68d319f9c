/** Results of the SDK as the body of an answer, each written once however often the cache gives it. */
import type { RawResult } from '../../src/drivers/driver.ts'
import { JsonResult } from '../protocol/json-result.ts'
import type { SqlRequest } from '../protocol/request.ts'

/** By the result itself: the tier in memory gives the same one again and again. */
export class WrittenRows {
  readonly #written = new WeakMap<RawResult, Map<number, string>>()

  /** @param kept whether the results came from the cache, and may come again. */
  toJson(
    { queries, transaction, rawText }: SqlRequest,
    results: readonly RawResult[],
    kept: boolean,
  ): string {
    const all = results.map((result, index) => {
      const arrayMode = queries[index]?.arrayMode === true
      return kept ? this.#once(result, arrayMode, rawText) : write(result, arrayMode, rawText)
    })
    return transaction ? `{"results":[${all.join()}]}` : all.join()
  }

  #once(result: RawResult, arrayMode: boolean, rawText: boolean): string {
    const forms = this.#written.get(result) ?? new Map<number, string>()
    const form = (arrayMode ? 1 : 0) + (rawText ? 2 : 0)
    const known = forms.get(form)
    if (known !== undefined) return known
    const text = write(result, arrayMode, rawText)
    forms.set(form, text)
    this.#written.set(result, forms)
    return text
  }
}

function write(result: RawResult, arrayMode: boolean, rawText: boolean): string {
  const json = new JsonResult({ arrayMode, rawText, onBytes: () => {} })
  json.fields(result.fields)
  for (const row of result.rows) json.row(row, 0)
  const { command, rowCount } = result
  json.complete(rowCount === null ? command : `${command} ${rowCount}`)
  return json.toJson()
}
