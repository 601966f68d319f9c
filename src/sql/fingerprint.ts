/**
 * What stays of a text when literals, parameters, comments, blank space and the case of keywords are
 * taken out. Statements that differ only in those share a fingerprint; so do lists of values of
 * different lengths. It is kept while the lexer runs: one step per token.
 */
/** Every literal and every parameter. */
export const VALUE_HASH = 0x3f
const COMMA_HASH = 44

/** The state: two halves of the hash, and whether the last token was a value, or one and a comma. */
const HIGH = 0
const LOW = 1
const RUN = 2
const AFTER_VALUE = 1
const AFTER_COMMA = 2

/** Numbers in a typed array stay numbers: as fields of an object they would be boxed. */
export type FingerprintState = Int32Array

export function newFingerprintState(): FingerprintState {
  return new Int32Array(3)
}

export function clearFingerprint(state: FingerprintState): void {
  state[HIGH] = 0
  state[LOW] = 0
  state[RUN] = 0
}

export function mixToken(state: FingerprintState, hash: number): void {
  const run = state[RUN]
  if (hash === VALUE_HASH) {
    // After `value ,` the comma is still held back, and both stand for the list.
    if (run !== AFTER_COMMA) mix(state, hash)
    state[RUN] = AFTER_VALUE
  } else if (hash === COMMA_HASH && run === AFTER_VALUE) {
    state[RUN] = AFTER_COMMA
  } else {
    if (run === AFTER_COMMA) mix(state, COMMA_HASH)
    state[RUN] = 0
    mix(state, hash)
  }
}

function mix(state: FingerprintState, hash: number): void {
  const high = Math.imul((state[HIGH] ?? 0) ^ hash, 0x85ebca6b)
  state[HIGH] = high ^ (high >>> 15)
  state[LOW] = Math.imul((state[LOW] ?? 0) ^ high, 0xc2b2ae35) + hash
}

/** Sixteen hex digits. */
export function formatFingerprint(state: FingerprintState): string {
  return hex(state[HIGH] ?? 0) + hex(state[LOW] ?? 0)
}

const bytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** By table: the engine's own conversion takes longer than all the rest of a short statement. */
function hex(half: number): string {
  const first = `${bytes[half >>> 24]}${bytes[(half >>> 16) & 255]}`
  return `${first}${bytes[(half >>> 8) & 255]}${bytes[half & 255]}`
}
