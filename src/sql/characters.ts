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

/** The character at `at`, 0 past the end: `NaN` there would make every look-up after it slow. */
export function codeAt(text: string, at: number): number {
  return at < text.length ? text.charCodeAt(at) : 0
}

/** Everything outside ASCII belongs to names: a no-break space is a letter to PostgreSQL. */
export function characterClass(code: number): number {
  return code < 128 ? (classes[code] ?? INVALID) : LETTER
}

/** For each character of a name its lower case, for all others 0. */
const nameParts = classes.map((value, code) => {
  if (value !== LETTER && value !== DIGIT && value !== DOLLAR) return 0
  return code >= 65 && code <= 90 ? code | 32 : code
})

/** The character in lower case if it goes on with a name, else 0. PostgreSQL folds only ASCII. */
export function foldedNamePart(code: number): number {
  return code < 128 ? (nameParts[code] ?? 0) : code
}

/** A character that goes on with a name. */
export function continuesName(code: number): boolean {
  return code >= 128 || nameParts[code] !== 0
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
