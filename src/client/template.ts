/** Tagged templates as text with numbered parameters; one may stand inside another. */
import type { Query } from '../drivers/driver.ts'

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

/** What can stand in a template as a part of the statement rather than as a value. */
export interface HasTemplate {
  readonly template: Template | undefined
}

function write(value: unknown, params: unknown[]): string {
  if (value instanceof Raw) return value.text
  const template = templateOf(value)
  if (template) return template.writeTo(params)
  params.push(value)
  // What travels as text is read as bytes only where the statement says so.
  return `$${params.length}${ArrayBuffer.isView(value) ? '::bytea' : ''}`
}

function templateOf(value: unknown): Template | undefined {
  if (value instanceof Template) return value
  if (typeof value !== 'object' || value === null || !('template' in value)) return undefined
  return value.template instanceof Template ? value.template : undefined
}
