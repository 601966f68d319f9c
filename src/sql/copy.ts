import type { Scan } from './scan-state.ts'
import { scanQuery } from './scan.ts'
import { BINARY, ROUND_OPEN, TO } from './symbols.ts'

/** `COPY table [(columns)] TO STDOUT` and `COPY (query) TO STDOUT` read; all other forms do not. */
export function readCopy(scan: Scan, from: number, to: number): void {
  const { tokens } = scan
  scan.notCacheable('COPY is a stream')
  scan.reason = 'COPY TO STDOUT only reads'
  let at = from + 1
  if (tokens.symbol(at) === ROUND_OPEN) {
    const close = tokens.partner(at)
    scanQuery(scan, at, close + 1)
    at = close + 1
  } else {
    if (tokens.symbol(at) === BINARY) at += 1
    const last = scan.endOfName(at)
    const table = tokens.tableName(at, last)
    at = last + 1
    if (tokens.symbol(at) === ROUND_OPEN) at = tokens.partner(at) + 1
    if (!tokens.isName(last)) scan.tablesUnknown = true
    else if (tokens.symbol(at) === TO) scan.tablesRead.push(table)
    else scan.tablesWritten.push(table)
  }
  scan.copy = tokens.symbol(at) === TO ? 'to' : 'from'
  if (scan.copy === 'from') scan.be('write', 'COPY FROM changes rows')
  else if (tokens.word(at + 1) !== 'stdout' || at >= to) {
    scan.be('write', "COPY to the server's own files or programs")
  }
}
