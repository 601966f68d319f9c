import type { Scan } from './scan-state.ts'
import { scanQuery } from './scan.ts'

/** `COPY table [(columns)] TO STDOUT` and `COPY (query) TO STDOUT` read; all other forms do not. */
export function readCopy(scan: Scan, from: number, to: number): void {
  const { tokens } = scan
  scan.notCacheable('COPY is a stream')
  scan.reason = 'COPY TO STDOUT only reads'
  let at = from + 1
  if (tokens.symbol(at) === '(') {
    const close = tokens.partner(at)
    scanQuery(scan, at, close + 1)
    at = close + 1
  } else {
    if (tokens.symbol(at) === 'binary') at += 1
    const last = scan.endOfName(at)
    const table = tokens.tableName(at, last)
    at = last + 1
    if (tokens.symbol(at) === '(') at = tokens.partner(at) + 1
    if (tokens.symbol(at) === 'to') scan.tablesRead.push(table)
    else scan.tablesWritten.push(table)
  }
  scan.copy = tokens.symbol(at) === 'to' ? 'to' : 'from'
  if (scan.copy === 'from') scan.be('write', 'COPY FROM changes rows')
  else if (tokens.word(at + 1) !== 'stdout' || at >= to) {
    scan.be('write', "COPY to the server's own files or programs")
  }
}
