import { readCommand } from './command.ts'
import type { Findings } from './findings.ts'
import type { Statement } from './kind.ts'
import { readQuery } from './query.ts'
import { startsQuery } from './scan-state.ts'
import type { Tokens } from './tokens.ts'

export function readExplain(
  tokens: Tokens,
  from: number,
  to: number,
  findings: Findings,
): Statement {
  let at = from + 1
  let analyze = false
  if (tokens.symbol(at) === '(' && !startsQuery(tokens, at + 1) && tokens.symbol(at + 1) !== '(') {
    analyze = asksToAnalyze(tokens, at)
    at = tokens.partner(at) + 1
  } else {
    if (isAnalyze(tokens.symbol(at))) {
      analyze = true
      at += 1
    }
    if (tokens.symbol(at) === 'verbose') at += 1
  }
  const inner = explained(tokens, at, to, findings)
  findings.notCacheable('EXPLAIN answers for the node it runs on')
  if (analyze)
    return { ...inner, explain: 'analyze', reason: `EXPLAIN ANALYZE runs it: ${inner.reason}` }
  const planned = inner.kind === 'write' && explainable.has(tokens.symbol(at)) && !findings.unclear
  const kind = planned ? 'read' : inner.kind
  return {
    ...inner,
    kind,
    explain: 'plan',
    reason: kind === 'read' ? 'EXPLAIN only plans' : inner.reason,
  }
}

/** Statements that change something when they run and nothing when they are planned. */
const explainable = new Set(
  'select values table with ( insert update delete merge create'.split(' '),
)

function explained(tokens: Tokens, at: number, to: number, findings: Findings): Statement {
  const head = tokens.symbol(at)
  if (head === 'create') {
    findings.write('CREATE is not a read')
    findings.tablesUnknown = true
    for (let body = at; body < to; body += 1) {
      if (tokens.symbol(body) !== 'as') continue
      if (tokens.symbol(body + 1) === '(' || startsQuery(tokens, body + 1)) {
        return readQuery(tokens, body + 1, to, findings)
      }
    }
  } else if (explainable.has(head)) return readQuery(tokens, at, to, findings)
  return readCommand(tokens, at, head, findings)
}

function isAnalyze(word: string): boolean {
  return word === 'analyze' || word === 'analyse'
}

const falseWords = new Set(['false', 'off', '0'])

/** Whether an option list turns ANALYZE on. Written twice it counts if either does. */
function asksToAnalyze(tokens: Tokens, open: number): boolean {
  const close = tokens.partner(open)
  for (let at = open + 1; at < close; at += 1) {
    const before = tokens.symbol(at - 1)
    if ((before !== '(' && before !== ',') || !tokens.isName(at)) continue
    if (!isAnalyze(tokens.name(at))) continue
    const next = at + 1
    if (next === close || tokens.symbol(next) === ',') return true
    const value = tokens.text.slice(tokens.start(next), tokens.end(next)).toLowerCase()
    if (!falseWords.has(value.replaceAll("'", ''))) return true
  }
  return false
}
