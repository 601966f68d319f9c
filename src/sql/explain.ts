import { readCommand } from './command.ts'
import { type Scan, startsQuery } from './scan-state.ts'
import { scanQuery } from './scan.ts'
import {
  AS,
  COMMA,
  CREATE,
  DELETE,
  INSERT,
  MERGE,
  ROUND_OPEN,
  SELECT,
  TABLE,
  UPDATE,
  VALUES,
  VERBOSE,
  WITH,
} from './symbols.ts'
import type { Tokens } from './tokens.ts'

export function readExplain(scan: Scan, from: number, to: number): void {
  const { tokens } = scan
  let at = from + 1
  let analyze = false
  if (
    tokens.symbol(at) === ROUND_OPEN &&
    !startsQuery(tokens, at + 1) &&
    tokens.symbol(at + 1) !== ROUND_OPEN
  ) {
    analyze = asksToAnalyze(tokens, at)
    at = tokens.partner(at) + 1
  } else {
    analyze = isAnalyze(tokens, at)
    if (analyze) at += 1
    if (tokens.symbol(at) === VERBOSE) at += 1
  }
  const plannable = readExplained(scan, at, to)
  scan.notCacheable('EXPLAIN answers for the node it runs on')
  scan.explain = analyze ? 'analyze' : 'plan'
  if (analyze) scan.reason = `EXPLAIN ANALYZE runs it: ${scan.reason}`
  else if (scan.kind === 'read' || (plannable && scan.kind === 'write' && !scan.unclear)) {
    scan.be('read', 'EXPLAIN only plans')
  }
}

const planned = new Set([SELECT, VALUES, TABLE, WITH, ROUND_OPEN, INSERT, UPDATE, DELETE, MERGE])

/** Reads what is explained. Whether it changes something when it runs and nothing when it is planned. */
function readExplained(scan: Scan, at: number, to: number): boolean {
  const { tokens } = scan
  const head = tokens.symbol(at)
  if (planned.has(head)) {
    scanQuery(scan, at, to)
    return true
  }
  if (head === CREATE) {
    scan.write('CREATE is not a read')
    scan.tablesUnknown = true
    for (let body = at; body < to; body += 1) {
      if (tokens.symbol(body) !== AS) continue
      if (tokens.symbol(body + 1) === ROUND_OPEN || startsQuery(tokens, body + 1)) {
        scanQuery(scan, body + 1, to)
        return true
      }
    }
  }
  readCommand(scan, at)
  return head === CREATE
}

/** As an option its name may be quoted. */
function isAnalyze(tokens: Tokens, at: number): boolean {
  return tokens.isName(at) && /^analy[sz]e$/.test(tokens.name(at))
}

/** Whether an option list turns ANALYZE on. Written twice it counts if either does. */
function asksToAnalyze(tokens: Tokens, open: number): boolean {
  const close = tokens.partner(open)
  for (let at = open + 1; at < close; at += 1) {
    const before = tokens.symbol(at - 1)
    if ((before !== ROUND_OPEN && before !== COMMA) || !tokens.isName(at)) continue
    if (!isAnalyze(tokens, at)) continue
    const next = at + 1
    if (next === close || tokens.symbol(next) === COMMA) return true
    if (!/^'*(?:false|off|0)'*$/i.test(tokens.slice(next))) return true
  }
  return false
}
