/**
 * Hints in a statement's first comment: `/* tidegate: strong, no-cache *\/`. Later comments and
 * anything in quotes are never looked at, because that is where other people's text ends up.
 */
import {
  durabilities,
  type Freshness,
  freshnessWords,
  type Outcome,
  parseDurationMs,
  routes,
} from './outcome.ts'
import type { Tokens } from './tokens.ts'

export interface Hints extends Outcome {
  /**
   * Words after `tidegate:` that mean nothing. A misspelt `strong` must not become a weaker read in
   * silence, so whoever acts on hints refuses these. Cut to 40 characters.
   */
  readonly unknown: readonly string[]
}

export const NO_HINTS: Hints = Object.freeze({ unknown: Object.freeze([]) })

const MARKER = /^\s*tidegate:/i
const LONGEST_HINT = 1000
const poolForm = /^[\w.-]{1,63}$/

export function readHints(tokens: Tokens): Hints {
  if (tokens.commentStart === -1) return NO_HINTS
  const end = Math.min(tokens.commentEnd, tokens.commentStart + LONGEST_HINT)
  const comment = tokens.text.slice(tokens.commentStart, end)
  const marker = MARKER.exec(comment)
  if (!marker) return NO_HINTS
  return parseHints(comment.slice(marker[0].length))
}

function parseHints(list: string): Hints {
  const unknown: string[] = []
  const outcome: { -readonly [Field in keyof Outcome]: Outcome[Field] } = {}
  for (const word of list.toLowerCase().split(/[\s,;]+/)) {
    if (word === '') continue
    const meaning = parseWord(word)
    if (meaning) Object.assign(outcome, meaning)
    else unknown.push(word.slice(0, 40))
  }
  return { ...outcome, unknown }
}

function parseWord(word: string): Outcome | undefined {
  const freshness: Freshness | undefined = freshnessWords.find((one) => one === word)
  if (freshness) return { freshness }
  const route = routes.find((one) => one === word)
  if (route) return { route }
  if (word === 'cache') return { cache: true }
  if (word === 'no-cache') return { cache: false }
  const [key, value = ''] = word.split('=', 2)
  if (key === 'within') {
    const within = parseDurationMs(value)
    return within === undefined ? undefined : { freshness: { within } }
  }
  if (key === 'durability') {
    const durability = durabilities.find((one) => one === value)
    return durability && { durability }
  }
  return key === 'pool' && poolForm.test(value) ? { pool: value } : undefined
}
