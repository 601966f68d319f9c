/**
 * Reads SELECT, VALUES, TABLE, WITH and the statements that change rows, token by token, without a
 * syntax tree: a stack of frames says where each bracket stands. What does not fit makes the
 * statement a write, so a construct that is not known here costs a route and never an answer.
 */
import { takeAfterTarget, takeStart, takeTarget, takeWithName, takeWithNext } from './beginnings.ts'
import { CELLS, KIND_BITS, KIND_MASK, MARK, STRING, WORD } from './cells.ts'
import { takeExpression, takeConstant } from './clauses.ts'
import { takeAfterItem, takeItem } from './from-clause.ts'
import { idle } from './keywords.ts'
import {
  AFTER_TARGET,
  ALIAS,
  CLAUSE,
  CONDITION,
  EXPRESSION,
  GROUPING,
  ITEM,
  NAMES,
  TARGET,
  WITH_NAME,
  WITH_NEXT,
} from './places.ts'
import { endWhere, type Scan } from './scan-state.ts'
import { DOT, ROUND_CLOSE, ROUND_OPEN, SQUARE_CLOSE, SQUARE_OPEN } from './symbols.ts'

/** Reads the tokens `from` up to `to`, which must be a whole query or change of rows. */
export function scanQuery(scan: Scan, from: number, to: number): void {
  scan.to = to
  const { cells } = scan.tokens
  const ranks = idle
  for (let at = from; at < to; at += 1) {
    // Most tokens do nothing where an expression stands, and mostly one does.
    const code = cells[at * CELLS] ?? 0
    const place = scan.state
    if (place <= CONDITION && code !== STRING) {
      if ((ranks[code >> KIND_BITS] ?? 0) > (place === CONDITION ? 1 : 0)) continue
    }
    at = step(scan, at, code)
  }
  endWhere(scan, to)
}

/** Takes one token, or a few that belong together, and gives the last of them. */
function step(scan: Scan, at: number, code: number): number {
  const { tokens } = scan
  const kind = code & KIND_MASK
  if (kind === STRING && scan.state <= CONDITION) return takeConstant(scan, at)
  const symbol = code >> KIND_BITS
  if (kind === MARK && (symbol === ROUND_CLOSE || symbol === SQUARE_CLOSE)) {
    if (scan.depth === scan.whereDepth) endWhere(scan, at)
    scan.pop()
    return at
  }
  // A keyword after a dot is a column's name.
  if (kind === WORD && tokens.symbol(at - 1) === DOT) return at
  switch (scan.state) {
    case EXPRESSION:
    case CLAUSE:
    case GROUPING:
    case CONDITION:
      return takeExpression(scan, at, symbol)
    case ITEM:
      return takeItem(scan, at, symbol)
    case ALIAS:
      return takeAfterItem(scan, at, symbol)
    case NAMES:
      if (symbol === ROUND_OPEN || symbol === SQUARE_OPEN) scan.push(NAMES, NAMES)
      return at
    case WITH_NAME:
      return takeWithName(scan, at, symbol)
    case WITH_NEXT:
      return takeWithNext(scan, at, symbol)
    case TARGET:
      return takeTarget(scan, at, symbol)
    case AFTER_TARGET:
      return takeAfterTarget(scan, at, symbol)
    default:
      return takeStart(scan, at, symbol)
  }
}
