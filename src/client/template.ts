/** Tagged templates as text with numbered parameters; one may stand inside another. */
import type { Query } from '../drivers/driver.ts'
import { TidegateError } from '../errors.ts'
import { QueryPromise } from './query-promise.ts'

/** Text that goes into a template as it is: never put a user's words into it. */
export class Raw {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/**
 * Texts of templates that hold values only, by the one array of strings that each place in the code
 * has: the same text object each time, which whoever looks it up need not hash again.
 */
const texts = new WeakMap<readonly string[], string>()

/** A template that has not been numbered yet. */
export class Template {
  readonly strings: readonly string[]
  readonly values: readonly unknown[]

  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.strings = strings
    this.values = values
  }

  toQuery(): Query {
    const isPlain = this.values.every((value) => typeof value !== 'object' || value === null)
    const known = isPlain ? texts.get(this.strings) : undefined
    if (known !== undefined) return { text: known, params: this.values }
    const params: unknown[] = []
    const text = this.writeTo(params)
    if (isPlain) texts.set(this.strings, text)
    return { text, params }
  }

  /** The text, with the values it holds added to `params`. */
  writeTo(params: unknown[]): string {
    let text = this.strings[0] ?? ''
    for (const [index, value] of this.values.entries()) {
      text += write(value, params) + (this.strings[index + 1] ?? '')
    }
    return text
  }
}

function write(value: unknown, params: unknown[]): string {
  if (value instanceof Raw) return value.text
  if (value instanceof Template) return value.writeTo(params)
  if (value instanceof QueryPromise) return writeQuery(value, params)
  params.push(value)
  // What travels as text is read as bytes only where the statement says so.
  return `$${params.length}${ArrayBuffer.isView(value) ? '::bytea' : ''}`
}

function writeQuery({ template, query }: QueryPromise<unknown>, params: unknown[]): string {
  if (template) return template.writeTo(params)
  if (query.params.length === 0) return query.text
  throw new TidegateError(
    'STATEMENT_REFUSED',
    'A query of sql.query(text, params) cannot stand in a template: its $1 is not the $1 there. ' +
      'Write it as a template as well.',
  )
}
