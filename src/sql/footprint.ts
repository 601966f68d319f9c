/**
 * What a statement does, from its text in one pass, sharpened by a catalog where there is one.
 * Whatever is not certainly a read is a write: a mistake here may cost a longer way, never a wrong
 * answer.
 */
import type { Catalog } from './catalog.ts'
import type { Hints } from './hints.ts'
import { insightOf } from './insight.ts'
import { joinVerdicts } from './join-verdicts.ts'
import type { Key } from './keys.ts'
import type { Kind } from './kind.ts'
import type { TableName } from './names.ts'
import { readFootprint } from './read-footprint.ts'

export interface Footprint {
  readonly kind: Kind
  /** For people: what decided the kind. Holds names from the text, never its literals. */
  readonly reason: string
  /** How many statements the text holds. The HTTP protocol takes one. */
  readonly statements: number
  /** `unknown` where the text may touch more than it names. */
  readonly tables: {
    readonly read: readonly TableName[] | 'unknown'
    readonly written: readonly TableName[] | 'unknown'
  }
  /** Functions called by name, schema-qualified where the text is, each once. */
  readonly functions: readonly string[]
  /** Row locks that it takes: `update`, `no key update`, `share`, `key share`. */
  readonly locks: readonly string[]
  readonly explain: 'plan' | 'analyze' | undefined
  readonly copy: 'to' | 'from' | undefined
  /** The answer is about the node that gives it: its processes, its settings, its files. */
  readonly local: boolean
  readonly cacheable: boolean
  /** For people: why it is not cacheable; `undefined` if it is. */
  readonly uncacheable: string | undefined
  /** Each one alone bounds the rows that the answer depends on. Empty: the whole tables. */
  readonly keys: readonly Key[]
  readonly hints: Hints
  /** The same for statements that differ in literals, parameters, comments and blank space only. */
  readonly fingerprint: string
}

/** Reads one text. Never throws. */
export function footprint(sql: string, catalog?: Catalog): Footprint {
  return readFootprint(sql, catalog, insightOf(catalog), joinVerdicts)
}
