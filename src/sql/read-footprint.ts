/** From a text to its footprint, with as much insight as who asks has use for. */
import type { FunctionCatalog } from './catalog.ts'
import type { Footprint } from './footprint.ts'
import { readHints } from './hints.ts'
import type { Insight } from './insight.ts'
import { judge } from './judge.ts'
import { readTokens } from './lexer.ts'
import { Scan } from './scan-state.ts'
import { splitStatements } from './split.ts'
import { readStatement } from './statement.ts'
import { TextFootprint, type Verdict } from './text-footprint.ts'
import type { Tokens } from './tokens.ts'

type Join = (all: readonly Verdict[]) => Verdict

/**
 * Never throws. Without insight there are no keys and tables are taken as the text has them.
 *
 * @param join what several statements do together; without it they are a write that nobody looks into
 */
export function readFootprint(
  sql: string,
  functions: FunctionCatalog | undefined,
  insight: Insight | undefined,
  join?: Join,
): Footprint {
  const tokens = readTokens(sql)
  const hints = readHints(tokens)
  // A catalog may call `footprint` itself and fill the tokens anew: they are read before it is asked.
  return new TextFootprint(sql, hints, readAll(tokens, functions, insight, join))
}

function readAll(
  tokens: Tokens,
  functions: FunctionCatalog | undefined,
  insight: Insight | undefined,
  join: Join | undefined,
): Verdict {
  const { broken, count } = tokens
  if (broken !== undefined) return unread(tokens, 1, broken)
  if (tokens.semicolons === 0 && count > 0) return readOne(tokens, 0, count, functions, insight)
  const ranges = splitStatements(tokens)
  const [only] = ranges
  if (only === undefined) return nothing(tokens)
  if (ranges.length === 1) return readOne(tokens, ...only, functions, insight)
  if (!join) return unread(tokens, ranges.length, 'it is several statements')
  const scans = ranges.map(([from, to]) => readStatement(tokens, from, to))
  for (const scan of scans) judge(scan, functions, insight)
  return join(scans)
}

function readOne(
  tokens: Tokens,
  from: number,
  to: number,
  functions: FunctionCatalog | undefined,
  insight: Insight | undefined,
): Verdict {
  const scan = readStatement(tokens, from, to)
  insight?.findKeys(scan)
  judge(scan, functions, insight)
  insight?.keepKeys(scan)
  return scan
}

/** What cannot be judged may do anything. */
function unread(tokens: Tokens, statements: number, reason: string): Verdict {
  const scan = new Scan(tokens, 0)
  scan.statements = statements
  scan.be('write', reason)
  scan.tablesUnknown = true
  judge(scan, undefined, undefined)
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
