import type { Tokens } from './tokens.ts'

/** The longest text that PostgreSQL reads as a date or a time (MAXDATELEN). */
const LONGEST = 128
const timeWord = /\b(?:now|today|tomorrow|yesterday)\b/i

/**
 * Whether a constant such as `'today'` would stand for the current time if it met a date or a
 * timestamp. The text does not show what it meets.
 *
 * @see https://www.postgresql.org/docs/18/datatype-datetime.html#DATATYPE-DATETIME-SPECIAL-VALUES
 */
export function isTimeWord(tokens: Tokens, index: number): boolean {
  const length = tokens.end(index) - tokens.start(index)
  return length <= LONGEST && length >= 5 && timeWord.test(tokens.slice(index))
}
