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
      case ';':
        if (depth > 0) break
        if (at > from) ranges.push([from, at])
        from = at + 1
        break
      case '(':
        at = tokens.partner(at)
        break
      case 'atomic':
        if (tokens.symbol(at - 1) === 'begin' && tokens.symbol(from) === 'create') depth = 1
        break
      case 'case':
        if (depth > 0) depth += 1
        break
      case 'end':
        if (depth > 0) depth -= 1
        break
      default:
    }
  }
  if (from < tokens.count) ranges.push([from, tokens.count])
  return ranges
}
