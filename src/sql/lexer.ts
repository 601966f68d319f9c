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
  characterClass,
  codeAt,
  DIGIT,
  DOLLAR,
  DOUBLE_QUOTE,
  foldedNamePart,
  isDigit,
  LETTER,
  OPERATOR,
  PUNCTUATION,
  QUOTE,
  SPACE,
} from './characters.ts'
import { COMMA_HASH, mixHigh, mixLow, VALUE_HASH } from './fingerprint.ts'
import { CAST, findKeyword, findMark, HASH_START, hashStep } from './keywords.ts'
import { endOfNumber, endOfOperator, isComment } from './lexemes.ts'
import {
  endOfDollarQuote,
  endOfEscapeString,
  endOfLine,
  endOfComment,
  endOfQuotedName,
  endOfString,
} from './quotes.ts'
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
  type Tokens,
  WORD,
} from './tokens.ts'

const UNMATCHED = 'its brackets do not match'
const ENDLESS = 'a quotation or a comment in it does not end'

const DOUBLE_QUOTE_CODE = 34
const QUOTE_CODE = 39
const ROUND_OPEN = 40
const ROUND_CLOSE = 41
const MINUS = 45
const DOT = 46
const COLON = 58
const SEMICOLON = 59
const EQUALS = 61
const SQUARE_OPEN = 91
const SQUARE_CLOSE = 93

export function tokenize(text: string, tokens: Tokens): Tokens {
  tokens.reset(text)
  const { cells } = tokens
  const { length } = text
  /** The innermost bracket still open. Each open one remembers the next outer one as its partner. */
  let open = -1
  let cell = 0
  let high = 0
  let low = 0
  /** For the fingerprint: whether the last token was a value, or a value and a comma. */
  let afterValue = false
  let heldComma = false
  let why: string | undefined
  let at = 0
  scanning: while (at < length) {
    const start = at
    const code = text.charCodeAt(at)
    let kind = STRING
    let symbol = 0
    let hash = VALUE_HASH
    switch (characterClass(code)) {
      case SPACE:
        at += 1
        continue
      case LETTER: {
        hash = HASH_START
        for (; at < length; at += 1) {
          const folded = foldedNamePart(text.charCodeAt(at))
          if (folded === 0) break
          hash = hashStep(hash, folded)
        }
        kind = WORD
        const end = at - start === 1 ? endOfPrefixed(text, start) : 0
        if (end === 0) symbol = findKeyword(text, start, at, hash)
        else {
          at = end
          hash = VALUE_HASH
          kind = STRING
          if (end > 0 && text.charCodeAt(end - 1) !== QUOTE_CODE) {
            // What its escapes spell is not worked out: such a name is nobody's that we know.
            why ??= 'it names something with Unicode escapes'
            kind = QUOTED
          }
        }
        break
      }
      case PUNCTUATION:
        if (code === DOT && isDigit(codeAt(text, at + 1))) {
          kind = NUMBER
          at = endOfNumber(text, at)
          break
        }
        kind = MARK
        hash = code
        symbol = findMark(code)
        at += 1
        if (code === ROUND_OPEN || code === SQUARE_OPEN) {
          cells[cell + PARTNER] = open
          open = cell
        } else if (code === ROUND_CLOSE || code === SQUARE_CLOSE) {
          const opened = code === ROUND_CLOSE ? ROUND_OPEN : SQUARE_OPEN
          if (open === -1 || text.charCodeAt(cells[open + START] ?? 0) !== opened) {
            why = UNMATCHED
            break scanning
          }
          const outer = cells[open + PARTNER] ?? -1
          cells[open + PARTNER] = cell / CELLS
          cells[cell + PARTNER] = open / CELLS
          open = outer
        } else if (code === COLON) {
          const next = codeAt(text, at)
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
        if (isComment(text, at)) {
          const line = code === MINUS
          at = line ? endOfLine(text, start) : endOfComment(text, start + 2)
          if (at === -1) break
          if (tokens.commentStart === -1) {
            tokens.commentStart = start + 2
            tokens.commentEnd = line ? at : at - 2
          }
          continue
        }
        kind = OPERATION
        at = endOfOperator(text, at)
        hash = code
        for (let index = start + 1; index < at; index += 1) {
          hash = hashStep(hash, text.charCodeAt(index))
        }
        if (at - start === 1) symbol = findMark(code)
        break
      case QUOTE:
        at = endOfString(text, at + 1)
        break
      case DOUBLE_QUOTE:
        kind = QUOTED
        hash = HASH_START
        for (at += 1; at < length; at += 1) {
          const inner = text.charCodeAt(at)
          if (inner === DOUBLE_QUOTE_CODE) {
            if (codeAt(text, at + 1) !== DOUBLE_QUOTE_CODE) break
            at += 1
          }
          hash = hashStep(hash, inner)
        }
        at = at < length ? at + 1 : -1
        break
      case DIGIT:
        kind = NUMBER
        at = endOfNumber(text, at)
        break
      case DOLLAR:
        if (isDigit(codeAt(text, at + 1))) {
          kind = PARAMETER
          at = endOfNumber(text, at + 1)
        } else at = endOfDollarQuote(text, at)
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

    if (hash === VALUE_HASH) {
      // After `value ,` the comma is still held back, and both stand for the list.
      if (!heldComma) {
        high = mixHigh(high, hash)
        low = mixLow(low, high)
      }
      afterValue = true
      heldComma = false
    } else if (hash === COMMA_HASH && afterValue) {
      afterValue = false
      heldComma = true
    } else {
      if (heldComma) {
        high = mixHigh(high, COMMA_HASH)
        low = mixLow(low, high)
        heldComma = false
      }
      afterValue = false
      high = mixHigh(high, hash)
      low = mixLow(low, high)
    }
  }
  if (open !== -1) why ??= UNMATCHED
  tokens.count = cell / CELLS
  tokens.broken = why
  tokens.hashHigh = high
  tokens.hashLow = low
  return tokens
}

/** `E'..'`, `B'..'`, `X'..'`, `N'..'`, `U&'..'` and `U&".."`; 0 where the letter is a name. */
function endOfPrefixed(text: string, start: number): number {
  const next = codeAt(text, start + 1)
  const letter = text.charCodeAt(start) | 32
  if (next === QUOTE_CODE) {
    switch (letter) {
      case 101:
        return endOfEscapeString(text, start + 2)
      case 98:
      case 110:
      case 120:
        return endOfString(text, start + 2)
      default:
        return 0
    }
  }
  if (next !== 38 || letter !== 117) return 0
  const quote = codeAt(text, start + 2)
  if (quote === QUOTE_CODE) return endOfString(text, start + 3)
  return quote === DOUBLE_QUOTE_CODE ? endOfQuotedName(text, start + 3) : 0
}
