import { ATOMIC, BEGIN, CASE, CREATE, END_WORD, ROUND_OPEN, SEMICOLON } from './symbols.ts'
import type { Tokens } from './tokens.ts'

type Range = readonly [from: number, to: number]

/** The statements of a text, as ranges of tokens. Empty ones between semicolons are left out. */
export function splitStatements(tokens: Tokens): readonly Range[] {
  const ranges: Range[] = []
  let from = 0
  /** How deep in `BEGIN ATOMIC ... END`, the one place where a semicolon ends no statement. */
  let depth = 0
  for (let at = 0; at < tokens.count; at += 1) {
    switch (tokens.symbol(at)) {
      case SEMICOLON:
        if (depth > 0) break
        if (at > from) ranges.push([from, at])
        from = at + 1
        break
      case ROUND_OPEN:
        at = tokens.partner(at)
        break
      case ATOMIC:
        if (tokens.symbol(at - 1) === BEGIN && tokens.symbol(from) === CREATE) depth = 1
        break
      case CASE:
        if (depth > 0) depth += 1
        break
      case END_WORD:
        if (depth > 0) depth -= 1
        break
      default:
    }
  }
  if (from < tokens.count) ranges.push([from, tokens.count])
  return ranges
}
