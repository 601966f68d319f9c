/** What a character may begin, as PostgreSQL's scanner sees it (src/backend/parser/scan.l). */

export const INVALID = 0
export const SPACE = 1
export const LETTER = 2
export const DIGIT = 3
export const OPERATOR = 4
export const PUNCTUATION = 5
export const QUOTE = 6
export const DOUBLE_QUOTE = 7
export const DOLLAR = 8

/** Stands for every character outside ASCII. */
const NOT_ASCII = 128

const classes = new Uint8Array(NOT_ASCII + 1)

function assign(characters: string, value: number): void {
  for (const character of characters) classes[character.charCodeAt(0)] = value
}

assign(' \t\n\r\f\v', SPACE)
assign('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_', LETTER)
assign('0123456789', DIGIT)
assign('+-*/<>=~!@#%^&|`?', OPERATOR)
assign('()[],;.:', PUNCTUATION)
assign("'", QUOTE)
assign('"', DOUBLE_QUOTE)
assign('$', DOLLAR)
classes[NOT_ASCII] = LETTER

/** Everything outside ASCII belongs to names: a no-break space is a letter to PostgreSQL. */
export function characterClass(code: number): number {
  return classes[code] ?? INVALID
}

const nameParts = classes.map((value) =>
  value === LETTER || value === DIGIT || value === DOLLAR ? 1 : 0,
)

/** A character that goes on with a name. */
export function continuesName(code: number): boolean {
  return code >= 128 || nameParts[code] === 1
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
  return code >= 48 && code <= 57
}
