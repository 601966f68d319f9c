/** Statements that are judged by their first words alone. */
import type { Kind } from './kind.ts'
import type { Scan } from './scan-state.ts'
import { COMMA, ONLY, STAR, TABLE } from './symbols.ts'

const transactional = /^(?:abort|begin|commit|end|release|rollback|savepoint|start)$/
const connected =
  /^(?:close|deallocate|declare|discard|execute|fetch|listen|load|move|prepare|reset|set|unlisten)$/

export function readCommand(scan: Scan, from: number): void {
  const { tokens } = scan
  const head = tokens.word(from)
  const second = tokens.word(from + 1)
  let kind: Kind = 'write'
  if (transactional.test(head)) kind = 'transaction'
  else if (connected.test(head)) {
    const ofTransaction = second === 'transaction' && /^(?:set|prepare)$/.test(head)
    const deferring = head === 'set' && second === 'constraints'
    kind = ofTransaction || deferring ? 'transaction' : 'session'
  }
  // Its own words are named, and no other: they may be anything.
  const what = kind !== 'write' ? head.toUpperCase() : 'what its first word asks for'
  scan.tablesUnknown = true
  scan.be(kind, `${what} ${verdicts[kind]}`)
}

const verdicts: Readonly<Partial<Record<Kind, string>>> = {
  write: 'is not certain to only read',
  session: 'belongs to one connection',
  transaction: 'controls a transaction',
}

export function readCreate(scan: Scan, from: number): void {
  const { tokens } = scan
  let at = from + 1
  if (tokens.word(at) === 'or' && tokens.word(at + 1) === 'replace') at += 2
  if (/^(?:global|local)$/.test(tokens.word(at))) at += 1
  scan.tablesUnknown = true
  if (/^temp(?:orary)?$/.test(tokens.word(at))) {
    scan.be('session', 'a temporary object belongs to one connection')
  } else scan.write('CREATE is not a read')
}

export function readTruncate(scan: Scan, from: number, to: number): void {
  const { tokens } = scan
  scan.write('changes rows: TRUNCATE')
  for (let at = from + 1; at < to; at += 1) {
    const symbol = tokens.symbol(at)
    if (symbol === TABLE || symbol === ONLY || symbol === COMMA || symbol === STAR) continue
    if (!tokens.isName(at)) break
    const last = scan.endOfName(at)
    scan.tablesWritten.push(tokens.tableName(at, last))
    at = last
    // RESTART IDENTITY and CASCADE follow the list.
    const next = tokens.symbol(at + 1)
    if (next !== COMMA && next !== STAR) break
  }
  // CASCADE goes on to every table that refers to these.
  scan.tablesUnknown = tokens.word(to - 1) === 'cascade'
}
