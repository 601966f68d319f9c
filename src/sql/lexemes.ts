/** Where numbers and operators end, and where a comment begins. */
import { characterClass, codeAt, continuesName, OPERATOR } from './characters.ts'

const PLUS = 43
const MINUS = 45
const DOT = 46
const STAR = 42
const SLASH = 47

export function endOfNumber(text: string, start: number): number {
  let at = endOfDigits(text, start)
  // `1..2` is a number, two dots and a number.
  if (codeAt(text, at) === DOT && codeAt(text, at + 1) !== DOT) at = endOfDigits(text, at + 1)
  const hex = (codeAt(text, start + 1) | 32) === 120
  const exponent = !hex && (codeAt(text, at - 1) | 32) === 101
  if (exponent && isSign(codeAt(text, at))) at = endOfDigits(text, at + 1)
  return at
}

/** Digits, underscores, the letters of `0x1F` and `1e5`; other letters the server refuses itself. */
function endOfDigits(text: string, from: number): number {
  let at = from
  while (codeAt(text, at) !== 36 && continuesName(codeAt(text, at))) at += 1
  return at
}

/**
 * An operator goes on until a comment begins. Made of plain characters alone it cannot end in a sign,
 * so that `=-5` compares with minus five. A run of nothing but signs is left in one piece: cut into
 * single ones it would be read again for each.
 */
export function endOfOperator(text: string, start: number): number {
  let end = start
  let plain = true
  for (; characterClass(codeAt(text, end)) === OPERATOR; end += 1) {
    if (end > start && isComment(text, end)) break
    plain &&= plainCharacters[codeAt(text, end)] === 1
  }
  if (!plain) return end
  let last = end
  while (last - start > 1 && isSign(codeAt(text, last - 1))) last -= 1
  return last - start === 1 && isSign(codeAt(text, start)) ? end : last
}

const plainCharacters = new Uint8Array(128)
for (const sign of '+-*/<>=') plainCharacters[sign.charCodeAt(0)] = 1

function isSign(code: number): boolean {
  return code === PLUS || code === MINUS
}

export function isComment(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  const next = codeAt(text, at + 1)
  return (code === MINUS && next === MINUS) || (code === SLASH && next === STAR)
}
