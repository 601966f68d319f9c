/** What a character may begin, as PostgreSQL's scanner sees it (src/backend/parser/scan.l). */

// Up to DOLLAR, what goes on with a name.
export const LETTER = 0
export const DIGIT = 1
export const DOLLAR = 2
export const SPACE = 3
export const OPERATOR = 4
export const PUNCTUATION = 5
export const QUOTE = 6
export const DOUBLE_QUOTE = 7
export const INVALID = 8

/** Stands for every character outside ASCII: all belong to names, a no-break space too. */
const NOT_ASCII = 128

/** Each character's class. Outside ASCII there are letters only. */
export const classes: Uint8Array = new Uint8Array(256)
  .fill(INVALID, 0, NOT_ASCII)
  // 0 to 9, A to Z, a to z.
  .fill(DIGIT, 48, 58)
  .fill(LETTER, 65, 91)
  .fill(LETTER, 97, 123)
const members: readonly (readonly [number, string])[] = [
  [LETTER, '_'],
  [DOLLAR, '$'],
  [SPACE, ' \t\n\r\f\v'],
  [OPERATOR, '+-*/<>=~!@#%^&|`?'],
  [PUNCTUATION, '()[],;.:'],
  [QUOTE, "'"],
  [DOUBLE_QUOTE, '"'],
]
for (const [value, characters] of members) {
  for (const character of characters) classes[character.charCodeAt(0)] = value
}

export function characterClass(code: number): number {
  return classes[code] ?? LETTER
}

/** A character that goes on with a name. */
export function continuesName(code: number): boolean {
  return characterClass(code) <= DOLLAR
}

const encoder = new TextEncoder()

/**
 * Writes the text's characters, and a 0 after the last, where looking at one is far cheaper than in
 * a string. All characters outside ASCII are one, because PostgreSQL's scanner does not tell them
 * apart.
 */
export function fillCodes(text: string, codes: Uint8Array): void {
  const { length } = text
  const { read, written } = encoder.encodeInto(text, codes)
  // Characters outside ASCII take several bytes each.
  if (read !== length || written !== length) {
    for (let at = 0; at < length; at += 1) codes[at] = Math.min(text.charCodeAt(at), NOT_ASCII)
  }
  codes[length] = 0
}

export function isDigit(code: number): boolean {
  return characterClass(code) === DIGIT
}
