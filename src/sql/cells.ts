/**
 * How a token is kept in numbers: four cells for each, its symbol and kind, its start, its end, its
 * partner.
 */

/** The kinds of token. Past either end of the text every token is `END`. */
export const END = 0
export const WORD = 1
/** A name in double quotes: never a keyword. */
export const QUOTED = 2
/** Any constant in quotes, dollar quotes included. */
export const STRING = 3
export const NUMBER = 4
export const PARAMETER = 5
export const OPERATION = 6
export const MARK = 7
export const KIND_BITS = 3
export const KIND_MASK = 7

export const CELLS = 4
export const START = 1
export const END_OF = 2
export const PARTNER = 3
