/** What one statement is, by its first words. */
import { readCommand, readCreate, readTruncate } from './command.ts'
import { readCopy } from './copy.ts'
import { readExplain } from './explain.ts'
import { Scan, startsQuery } from './scan-state.ts'
import { scanQuery } from './scan.ts'
import {
  COPY,
  CREATE,
  DELETE,
  EXPLAIN,
  INSERT,
  MERGE,
  ROUND_OPEN,
  SHOW,
  TRUNCATE,
  UPDATE,
} from './symbols.ts'
import type { Tokens } from './tokens.ts'

export function readStatement(tokens: Tokens, from: number, to: number): Scan {
  const scan = new Scan(tokens, to)
  if (startsQuery(tokens, from)) {
    scanQuery(scan, from, to)
    return scan
  }
  switch (tokens.symbol(from)) {
    case ROUND_OPEN:
    case INSERT:
    case UPDATE:
    case DELETE:
    case MERGE:
      scanQuery(scan, from, to)
      break
    case EXPLAIN:
      readExplain(scan, from, to)
      break
    case COPY:
      readCopy(scan, from, to)
      break
    case SHOW:
      scan.notCacheable('SHOW answers for the node it runs on')
      scan.local = true
      scan.reason = 'SHOW only reads'
      break
    case TRUNCATE:
      readTruncate(scan, from, to)
      break
    case CREATE:
      readCreate(scan, from)
      break
    default:
      readCommand(scan, from)
  }
  return scan
}
