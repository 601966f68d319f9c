/** Where numbers and operators end, and where a comment begins. */
import { characterClass, continuesName, OPERATOR } from './characters.ts'
import { DOLLAR, PLUS, SLASH } from './codes.ts'
import { DOT, MINUS, STAR } from './symbols.ts'

export function endOfNumber(codes: Uint8Array, start: number): number {
  let at = endOfDigits(codes, start)
  // `1..2` is a number, two dots and a number.
  if (codes[at] === DOT && codes[at + 1] !== DOT) at = endOfDigits(codes, at + 1)
  const hex = ((codes[start + 1] ?? 0) | 32) === 120
  const exponent = !hex && ((codes[at - 1] ?? 0) | 32) === 101
  if (exponent && isSign(codes[at] ?? 0)) at = endOfDigits(codes, at + 1)
  return at
}

/** Digits, underscores, the letters of `0x1F` and `1e5`; other letters the server refuses itself. */
function endOfDigits(codes: Uint8Array, from: number): number {
  let at = from
  while (codes[at] !== DOLLAR && continuesName(codes[at] ?? 0)) at += 1
  return at
}

/**
 * An operator goes on until a comment begins. Made of plain characters alone it cannot end in a sign,
 * so that `=-5` compares with minus five. A run of nothing but signs is left in one piece: cut into
 * single ones it would be read again for each.
 */
export function endOfOperator(codes: Uint8Array, start: number): number {
  // Most are of one character.
  if (characterClass(codes[start + 1] ?? 0) !== OPERATOR) return start + 1
  let end = start
  let plain = true
  for (; characterClass(codes[end] ?? 0) === OPERATOR; end += 1) {
    if (end > start && isComment(codes, end)) break
    plain &&= plainCharacters[codes[end] ?? 0] === 1
  }
  if (!plain) return end
  let last = end
  while (last - start > 1 && isSign(codes[last - 1] ?? 0)) last -= 1
  return last - start === 1 && isSign(codes[start] ?? 0) ? end : last
}

const plainCharacters = new Uint8Array(128)
for (const sign of '+-*/<>=') plainCharacters[sign.charCodeAt(0)] = 1

function isSign(code: number): boolean {
  return code === PLUS || code === MINUS
}

export function isComment(codes: Uint8Array, at: number): boolean {
  const code = codes[at]
  const next = codes[at + 1]
  return (code === MINUS && next === MINUS) || (code === SLASH && next === STAR)
}
