/**
 * Cuts a text into tokens exactly as PostgreSQL's own scanner does, in one pass that never goes
 * back. Assumes `standard_conforming_strings = on`, the only setting from PostgreSQL 19 on.
 *
 * The loop keeps its state in local variables and writes into the tokens' cells itself: called for
 * each token, methods took longer than the work they did.
 *
 * @see https://www.postgresql.org/docs/18/sql-syntax-lexical.html
 */
import {
  CELLS,
  END_OF,
  KIND_BITS,
  MARK,
  NUMBER,
  OPERATION,
  PARAMETER,
  PARTNER,
  QUOTED,
  START,
  STRING,
  WORD,
} from './cells.ts'
import {
  classes,
  DIGIT,
  DOLLAR,
  DOUBLE_QUOTE,
  INVALID,
  isDigit,
  LETTER,
  OPERATOR,
  PUNCTUATION,
  QUOTE,
  SPACE,
} from './characters.ts'
import { BLANK, DOUBLE_QUOTE as DOUBLE_QUOTE_CODE, QUOTE as QUOTE_CODE } from './codes.ts'
import { findKeyword } from './keywords.ts'
import { endOfNumber, endOfOperator, isComment } from './lexemes.ts'
import {
  endOfDollarQuote,
  endOfEscapeString,
  endOfLine,
  endOfComment,
  endOfQuoted,
} from './quotes.ts'
import {
  CAST,
  COLON,
  DOT,
  EQUALS,
  MINUS,
  ROUND_CLOSE,
  ROUND_OPEN,
  SEMICOLON,
  SQUARE_CLOSE,
  SQUARE_OPEN,
} from './symbols.ts'
import { Tokens } from './tokens.ts'

const UNMATCHED = 'its brackets do not match'
const ENDLESS = 'a quotation or a comment in it does not end'

const SMALL = 16 * 1024
const scratch = new Tokens()

/** Gives the same tokens for all short texts, filled again: nothing may hold them. */
export function readTokens(text: string): Tokens {
  return tokenize(text, text.length <= SMALL ? scratch : new Tokens())
}

export function tokenize(text: string, tokens: Tokens): Tokens {
  tokens.reset(text)
  const { cells, codes } = tokens
  const { length } = text
  const kinds = classes
  /** The innermost bracket still open. Each open one remembers the next outer one as its partner. */
  let open = -1
  let cell = 0
  let why: string | undefined
  let at = 0
  scanning: while (at < length) {
    const start = at
    const code = codes[at] ?? 0
    let kind = STRING
    let symbol = 0
    switch (kinds[code] ?? INVALID) {
      case SPACE:
        at += 1
        continue
      case LETTER: {
        do at += 1
        while ((kinds[codes[at] ?? 0] ?? INVALID) <= DOLLAR)
        kind = WORD
        const end = at - start === 1 ? endOfPrefixed(codes, start, length) : 0
        if (end === 0) symbol = findKeyword(codes, start, at)
        else {
          at = end
          kind = STRING
          if (end > 0 && codes[end - 1] !== QUOTE_CODE) {
            // What its escapes spell is not worked out: such a name is nobody's that we know.
            why ??= 'it names something with Unicode escapes'
            kind = QUOTED
          }
        }
        break
      }
      case PUNCTUATION:
        if (code === DOT && isDigit(codes[at + 1] ?? 0)) {
          kind = NUMBER
          at = endOfNumber(codes, at)
          break
        }
        kind = MARK
        symbol = code
        at += 1
        if (code === ROUND_OPEN || code === SQUARE_OPEN) {
          cells[cell + PARTNER] = open
          open = cell
        } else if (code === ROUND_CLOSE || code === SQUARE_CLOSE) {
          const opened = code === ROUND_CLOSE ? ROUND_OPEN : SQUARE_OPEN
          if (open === -1 || codes[cells[open + START] ?? 0] !== opened) {
            why = UNMATCHED
            break scanning
          }
          const outer = cells[open + PARTNER] ?? -1
          cells[open + PARTNER] = cell / CELLS
          cells[cell + PARTNER] = open / CELLS
          open = outer
        } else if (code === COLON) {
          const next = codes[at] ?? 0
          if (next === COLON || next === EQUALS) at += 1
          if (next === COLON) symbol = CAST
        } else if (code === SEMICOLON) {
          if (open !== -1) {
            why = UNMATCHED
            break scanning
          }
          tokens.semicolons += 1
        }
        break
      case OPERATOR:
        if (isComment(codes, at)) {
          const line = code === MINUS
          at = line ? endOfLine(codes, start, length) : endOfComment(codes, start + 2, length)
          if (at === -1) break
          if (tokens.commentStart === -1) {
            tokens.commentStart = start + 2
            tokens.commentEnd = line ? at : at - 2
          }
          continue
        }
        kind = OPERATION
        at = endOfOperator(codes, at)
        if (at - start === 1) symbol = code
        break
      case QUOTE:
        at = endOfQuoted(codes, at + 1, length, code)
        break
      case DOUBLE_QUOTE:
        kind = QUOTED
        at = endOfQuoted(codes, at + 1, length, code)
        break
      case DIGIT:
        kind = NUMBER
        at = endOfNumber(codes, at)
        break
      case DOLLAR:
        if (isDigit(codes[at + 1] ?? 0)) {
          kind = PARAMETER
          at = endOfNumber(codes, at + 1)
        } else at = endOfDollarQuote(text, codes, at)
        break
      default:
        why = 'it holds a character that SQL has no use for'
        break scanning
    }
    if (at === -1) {
      why = ENDLESS
      break
    }
    cells[cell] = (symbol << KIND_BITS) | kind
    cells[cell + START] = start
    cells[cell + END_OF] = at
    cell += CELLS
    // One blank after a token is the rule.
    if (codes[at] === BLANK) at += 1
  }
  if (open !== -1) why ??= UNMATCHED
  tokens.count = cell / CELLS
  tokens.broken = why
  return tokens
}

/** `E'..'`, `B'..'`, `X'..'`, `N'..'`, `U&'..'` and `U&".."`; 0 where the letter is a name. */
function endOfPrefixed(codes: Uint8Array, start: number, length: number): number {
  const next = codes[start + 1]
  const letter = (codes[start] ?? 0) | 32
  if (next === QUOTE_CODE) {
    switch (letter) {
      case 101:
        return endOfEscapeString(codes, start + 2, length)
      case 98:
      case 110:
      case 120:
        return endOfQuoted(codes, start + 2, length, next)
      default:
        return 0
    }
  }
  if (next !== 38 || letter !== 117) return 0
  const quote = codes[start + 2]
  if (quote !== QUOTE_CODE && quote !== DOUBLE_QUOTE_CODE) return 0
  return endOfQuoted(codes, start + 3, length, quote)
}
