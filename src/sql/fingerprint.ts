/**
 * What stays of a text when literals, parameters, comments, blank space and the case of keywords are
 * taken out. Statements that differ only in those share a fingerprint; so do lists of values of
 * different lengths. It is kept while the lexer runs: one step per token.
 */
import type { Tokens } from './tokens.ts'

/** Every literal and every parameter. */
export const VALUE_HASH = 0x3f
const COMMA_HASH = 44

export function mixToken(tokens: Tokens, hash: number): void {
  if (hash === VALUE_HASH) {
    // After `value ,` the comma is still held back, and both stand for the list.
    if (tokens.valueRun !== 2) mix(tokens, hash)
    tokens.valueRun = 1
  } else if (hash === COMMA_HASH && tokens.valueRun === 1) {
    tokens.valueRun = 2
  } else {
    if (tokens.valueRun === 2) mix(tokens, COMMA_HASH)
    tokens.valueRun = 0
    mix(tokens, hash)
  }
}

function mix(tokens: Tokens, hash: number): void {
  const high = Math.imul(tokens.hashHigh ^ hash, 0x85ebca6b)
  const low = Math.imul(tokens.hashLow + hash, 0xc2b2ae35)
  tokens.hashHigh = high ^ (high >>> 13)
  tokens.hashLow = low ^ (low >>> 16) ^ Math.imul(high, 0x27d4eb2f)
}

/** Sixteen hex digits. */
export function formatFingerprint(tokens: Tokens): string {
  return hex(tokens.hashHigh) + hex(tokens.hashLow)
}

function hex(half: number): string {
  return ((half >>> 0) + 0x1_0000_0000).toString(16).slice(1)
}
