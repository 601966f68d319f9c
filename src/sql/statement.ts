/** What one statement is, by its first words. */
import { readCommand, readCreate, readTruncate } from './command.ts'
import { readCopy } from './copy.ts'
import { readExplain } from './explain.ts'
import { Scan, startsQuery } from './scan-state.ts'
import { scanQuery } from './scan.ts'
import type { Tokens } from './tokens.ts'

export function readStatement(tokens: Tokens, from: number, to: number): Scan {
  const scan = new Scan(tokens, to)
  if (startsQuery(tokens, from)) {
    scanQuery(scan, from, to)
    return scan
  }
  switch (tokens.symbol(from)) {
    case '(':
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      scanQuery(scan, from, to)
      break
    case 'explain':
      readExplain(scan, from, to)
      break
    case 'copy':
      readCopy(scan, from, to)
      break
    case 'show':
      scan.notCacheable('SHOW answers for the node it runs on')
      scan.local = true
      scan.reason = 'SHOW only reads'
      break
    case 'truncate':
      readTruncate(scan, from, to)
      break
    case 'create':
      readCreate(scan, from)
      break
    default:
      readCommand(scan, from)
  }
  return scan
}
