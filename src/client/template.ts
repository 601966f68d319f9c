/** Tagged templates as text with numbered parameters; one may stand inside another. */
import type { Query } from '../drivers/driver.ts'

/** Text that goes into a template as it is: never put a user's words into it. */
export class Raw {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** A template that has not been numbered yet. */
export class Template {
  readonly strings: readonly string[]
  readonly values: readonly unknown[]

  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.strings = strings
    this.values = values
  }

  toQuery(): Query {
    const params: unknown[] = []
    return { text: this.writeTo(params), params }
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
