/**
 * What stays of a text when literals, parameters, comments, blank space and the case of keywords are
 * taken out. Statements that differ only in those share a fingerprint; so do lists of values of
 * different lengths. It is kept while the lexer runs: one step per token.
 */
import type { Tokens } from './tokens.ts'

/** Every literal and every parameter. */
export const VALUE_HASH = 0x3f
export const COMMA_HASH = 44

/** One token's step of the first half. */
export function mixHigh(high: number, hash: number): number {
  const mixed = Math.imul(high ^ hash, 0x85ebca6b)
  return mixed ^ (mixed >>> 15)
}

/** The same of the second half, which follows the first. */
export function mixLow(low: number, high: number): number {
  return (Math.imul(low ^ high, 0xc2b2ae35) + high) | 0
}

/** Sixteen hex digits. */
export function formatFingerprint({ hashHigh, hashLow }: Tokens): string {
  return hex(hashHigh) + hex(hashLow)
}

const bytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** By table: the engine's own conversion takes longer than all the rest of a short statement. */
function hex(half: number): string {
  const first = `${bytes[half >>> 24]}${bytes[(half >>> 16) & 255]}`
  return `${first}${bytes[(half >>> 8) & 255]}${bytes[half & 255]}`
}
