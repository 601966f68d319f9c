/**
 * What a statement does, from its text in one pass, sharpened by a catalog where there is one.
 * Whatever is not certainly a read is a write: a mistake here may cost a longer way, never a wrong
 * answer.
 */
import type { Catalog } from './catalog.ts'
import { type Hints, readHints } from './hints.ts'
import { joinVerdicts, judge } from './judge.ts'
import { findKeys, type Key } from './keys.ts'
import type { Kind } from './kind.ts'
import { readTokens } from './lexer.ts'
import type { TableName } from './names.ts'
import { Scan } from './scan-state.ts'
import { splitStatements } from './split.ts'
import { readStatement } from './statement.ts'
import { TextFootprint, type Verdict } from './text-footprint.ts'
import type { Tokens } from './tokens.ts'

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
  const tokens = readTokens(sql)
  const hints = readHints(tokens)
  // A catalog may call `footprint` itself and fill the tokens anew: they are read before it is asked.
  return new TextFootprint(sql, hints, readAll(tokens, catalog))
}

function readAll(tokens: Tokens, catalog: Catalog | undefined): Verdict {
  const { broken, count } = tokens
  if (broken !== undefined) {
    const unreadable = new Scan(tokens, 0)
    unreadable.be('write', broken)
    unreadable.tablesUnknown = true
    judge(unreadable, catalog)
    return unreadable
  }
  if (tokens.semicolons === 0 && count > 0) return readOne(tokens, 0, count, catalog)
  const ranges = splitStatements(tokens)
  const [only] = ranges
  if (only === undefined) return nothing(tokens)
  if (ranges.length === 1) return readOne(tokens, ...only, catalog)
  const scans = ranges.map(([from, to]) => readStatement(tokens, from, to))
  for (const scan of scans) judge(scan, catalog)
  return joinVerdicts(scans)
}

function readOne(tokens: Tokens, from: number, to: number, catalog: Catalog | undefined): Verdict {
  const scan = readStatement(tokens, from, to)
  findKeys(scan)
  judge(scan, catalog)
  return scan
}

/** Blank space and comments. */
function nothing(tokens: Tokens): Verdict {
  const scan = new Scan(tokens, 0)
  scan.statements = 0
  scan.be('empty', 'there is nothing to run')
  scan.notCacheable(scan.reason)
  return scan
}
