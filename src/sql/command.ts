/** Statements that are judged by their first words alone. */
import * as layout from './cells.ts'
import type { Findings } from './findings.ts'
import type { Kind, Statement } from './kind.ts'
import type { Tokens } from './tokens.ts'

const { WORD } = layout

const heads = new Map<string, Kind>([
  ...kindOf('transaction', 'begin start commit end rollback abort savepoint release'),
  ...kindOf('session', 'set reset discard prepare execute deallocate declare fetch move close'),
  ...kindOf('session', 'listen unlisten load'),
])

function kindOf(kind: Kind, words: string): [string, Kind][] {
  return words.split(' ').map((word) => [word, kind])
}

export function readCommand(
  tokens: Tokens,
  from: number,
  head: string,
  findings: Findings,
): Statement {
  findings.tablesUnknown = true
  const second = tokens.symbol(from + 1)
  const twoPhase = head === 'prepare' && second === 'transaction'
  const ofTransaction =
    head === 'set' && (second === 'transaction' || tokens.name(from + 1) === 'constraints')
  const kind = twoPhase || ofTransaction ? 'transaction' : (heads.get(head) ?? 'write')
  const isWord = tokens.kind(from) === WORD && head !== ''
  const what = isWord ? head.toUpperCase() : 'what its first word asks for'
  const verdict: Record<Kind, string> = {
    read: 'only reads',
    write: 'is not certain to only read',
    session: 'belongs to one connection',
    transaction: 'controls a transaction',
    empty: 'is empty',
  }
  return { kind, reason: `${what} ${verdict[kind]}`, findings }
}

export function readCreate(tokens: Tokens, from: number, findings: Findings): Statement {
  findings.tablesUnknown = true
  let at = from + 1
  if (tokens.symbol(at) === 'or' && tokens.symbol(at + 1) === 'replace') at += 2
  if (tokens.symbol(at) === 'global' || tokens.symbol(at) === 'local') at += 1
  const word = tokens.symbol(at)
  if (word !== 'temp' && word !== 'temporary') {
    return { kind: 'write', reason: 'CREATE is not a read', findings }
  }
  return { kind: 'session', reason: 'a temporary object belongs to one connection', findings }
}

export function readTruncate(
  tokens: Tokens,
  from: number,
  to: number,
  findings: Findings,
): Statement {
  for (let at = from + 1; at < to; at += 1) {
    const symbol = tokens.symbol(at)
    if (symbol === 'table' || symbol === 'only' || symbol === ',' || symbol === '*') continue
    if (!tokens.isName(at)) break
    let last = at
    while (tokens.symbol(last + 1) === '.') last += 2
    const name = tokens.name(last)
    const qualified = last > at && tokens.isName(last - 2)
    findings.tablesWritten.push(qualified ? { schema: tokens.name(last - 2), name } : { name })
    at = last
    // RESTART IDENTITY and CASCADE follow the list.
    const next = tokens.symbol(at + 1)
    if (next !== ',' && next !== '*') break
  }
  // CASCADE goes on to every table that refers to these.
  findings.tablesUnknown = tokens.name(to - 1) === 'cascade'
  return { kind: 'write', reason: 'changes rows: TRUNCATE', findings }
}
