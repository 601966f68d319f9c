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

const classes = new Uint8Array(128)

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

/** Everything outside ASCII belongs to names: a no-break space is a letter to PostgreSQL. */
export function characterClass(code: number): number {
  return code < 128 ? (classes[code] ?? INVALID) : LETTER
}

/** A character that goes on with a name. `NaN` (past the end) does not. */
export function continuesName(code: number): boolean {
  if (code >= 128) return true
  const value = classes[code]
  return value === LETTER || value === DIGIT || value === DOLLAR
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
