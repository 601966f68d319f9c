import { check } from '../check.ts'
import type { TableName } from './names.ts'

const patternForm = /^(?:[^.*"\s]+\.)?(?:[^.*"\s]+\*?|\*)$/

interface Pattern {
  readonly schema: string | undefined
  readonly name: string
  readonly prefix: boolean
}

/** `orders`, `billing.orders`, `billing.*`, `audit_*`: compared with names as the text has them. */
export class NamePatterns {
  readonly #patterns: readonly Pattern[]

  constructor(field: string, patterns: readonly string[]) {
    this.#patterns = patterns.map((pattern) => parse(field, pattern))
  }

  get size(): number {
    return this.#patterns.length
  }

  /**
   * A pattern without a schema also matches names in the schema `public`, and one in `public` names
   * without a schema: that is where an unqualified name ends up by default.
   */
  match(name: TableName): boolean {
    const schema = name.schema ?? 'public'
    return this.#patterns.some(
      (pattern) =>
        (pattern.schema ?? 'public') === schema &&
        (pattern.prefix ? name.name.startsWith(pattern.name) : name.name === pattern.name),
    )
  }
}

function parse(field: string, pattern: string): Pattern {
  check(
    patternForm.test(pattern),
    field,
    'names such as orders, billing.orders, billing.* or audit_*',
  )
  const dot = pattern.indexOf('.')
  const schema = dot === -1 ? undefined : pattern.slice(0, dot)
  const name = pattern.slice(dot + 1)
  const prefix = name.endsWith('*')
  return { schema, name: prefix ? name.slice(0, -1) : name, prefix }
}
