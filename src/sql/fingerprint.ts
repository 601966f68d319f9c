/**
 * What stays of a text when literals, parameters, comments, blank space and the case of keywords are
 * taken out. Statements that differ only in those share a fingerprint; so do lists of values of
 * different lengths.
 */
import { MARK, NUMBER, PARAMETER, QUOTED, STRING, WORD } from './cells.ts'
import { COMMA } from './symbols.ts'
import type { Tokens } from './tokens.ts'

/** Every literal and every parameter. */
const VALUE = 0x3f
const NAME_START = 0x811c9dc5 | 0

/** Sixteen hex digits. */
export function fingerprintOf(tokens: Tokens): string {
  let high = 0
  let low = 0
  /** Whether the last token was a value, or a value and a comma. */
  let afterValue = false
  let heldComma = false
  for (let at = 0; at < tokens.count; at += 1) {
    const hash = tokenHash(tokens, at)
    const isValue = hash === VALUE
    // A comma after a value is held back: if another value follows, both stand for the list.
    if (afterValue && hash === COMMA) {
      afterValue = false
      heldComma = true
      continue
    }
    if (heldComma && !isValue) {
      high = mixHigh(high, COMMA)
      low = mixLow(low, high)
    }
    if (!heldComma || !isValue) {
      high = mixHigh(high, hash)
      low = mixLow(low, high)
    }
    afterValue = isValue
    heldComma = false
  }
  return hex(high) + hex(low)
}

function tokenHash(tokens: Tokens, at: number): number {
  const { text } = tokens
  const start = tokens.start(at)
  const end = tokens.end(at)
  switch (tokens.kind(at)) {
    case STRING:
    case NUMBER:
    case PARAMETER:
      return VALUE
    case WORD: {
      let hash = NAME_START
      for (let index = start; index < end; index += 1) {
        const code = text.charCodeAt(index)
        hash = hashStep(hash, code >= 65 && code <= 90 ? code | 32 : code)
      }
      return hash
    }
    case QUOTED:
      // What the escapes of `U&".."` spell is not worked out.
      return text[start] === '"' ? textHash(tokens.name(at), NAME_START, 0) : VALUE
    case MARK:
      return text.charCodeAt(start)
    default:
      return textHash(text.slice(start, end), text.charCodeAt(start), 1)
  }
}

function textHash(text: string, first: number, from: number): number {
  let hash = first
  for (let at = from; at < text.length; at += 1) hash = hashStep(hash, text.charCodeAt(at))
  return hash
}

function hashStep(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193)
}

function mixHigh(high: number, hash: number): number {
  const mixed = Math.imul(high ^ hash, 0x85ebca6b)
  return mixed ^ (mixed >>> 15)
}

function mixLow(low: number, high: number): number {
  return (Math.imul(low ^ high, 0xc2b2ae35) + high) | 0
}

function hex(half: number): string {
  return (half >>> 0).toString(16).padStart(8, '0')
}
