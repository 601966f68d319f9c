/**
 * Cuts a text into tokens exactly as PostgreSQL's own scanner does, in one pass that never goes
 * back. Assumes `standard_conforming_strings = on`, the only setting from PostgreSQL 19 on.
 *
 * @see https://www.postgresql.org/docs/18/sql-syntax-lexical.html
 */
import {
  characterClass,
  codeAt,
  continuesName,
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
import { mixToken, VALUE_HASH } from './fingerprint.ts'
import { CAST, findKeyword, findMark, HASH_START, hashStep } from './keywords.ts'
import {
  dollarMarkLength,
  endOfComment,
  endOfEscapeString,
  endOfLine,
  endOfQuotedName,
  endOfString,
} from './quotes.ts'
import { MARK, NUMBER, OPERATION, PARAMETER, QUOTED, STRING, type Tokens, WORD } from './tokens.ts'

const UNMATCHED = 'its brackets do not match'

const QUOTE_CODE = 39
const ROUND_OPEN = 40
const ROUND_CLOSE = 41
const MINUS = 45
const DOT = 46
const SLASH = 47
const COLON = 58
const SEMICOLON = 59
const EQUALS = 61
const SQUARE_OPEN = 91
const SQUARE_CLOSE = 93
const STAR = 42

export function tokenize(text: string, tokens: Tokens): Tokens {
  tokens.reset(text)
  /** The innermost bracket still open. Each open one remembers the next outer one as its partner. */
  let open = -1
  let at = 0
  while (at < text.length) {
    const code = codeAt(text, at)
    const start = at
    switch (characterClass(code)) {
      case SPACE:
        at += 1
        break
      case LETTER:
        at = word(text, at, tokens)
        break
      case PUNCTUATION: {
        if (code === DOT && isDigit(codeAt(text, at + 1))) {
          at = number(text, at, tokens)
          break
        }
        at += code === COLON ? colonLength(text, at) : 1
        const cast = at - start === 2
        const index = tokens.add(MARK, start, at, cast ? CAST : findMark(code))
        mixToken(tokens.fingerprint, code)
        if (code === ROUND_OPEN || code === SQUARE_OPEN) {
          tokens.setPartner(index, open)
          open = index
        } else if (code === ROUND_CLOSE || code === SQUARE_CLOSE) {
          const opened = code === ROUND_CLOSE ? '(' : '['
          if (open === -1 || tokens.symbol(open) !== opened) return broken(tokens, UNMATCHED)
          const outer = tokens.partner(open)
          tokens.setPartner(open, index)
          tokens.setPartner(index, open)
          open = outer
        } else if (code === SEMICOLON) {
          if (open !== -1) return broken(tokens, UNMATCHED)
          tokens.semicolons += 1
        }
        break
      }
      case OPERATOR:
        at = comment(text, at, tokens)
        if (at === start) at = operator(text, at, tokens)
        break
      case QUOTE:
        at = value(tokens, STRING, start, endOfString(text, at + 1))
        break
      case DOUBLE_QUOTE:
        at = quotedName(text, at, tokens)
        break
      case DIGIT:
        at = number(text, at, tokens)
        break
      case DOLLAR:
        at = dollar(text, at, tokens)
        break
      default:
        return broken(tokens, 'it holds a character that SQL has no use for')
    }
    if (at === -1) return broken(tokens, 'a quotation or a comment in it does not end')
  }
  return open === -1 ? tokens : broken(tokens, UNMATCHED)
}

/** `::` and `:=` are one token each. */
function colonLength(text: string, at: number): number {
  const next = codeAt(text, at + 1)
  return next === COLON || next === EQUALS ? 2 : 1
}

function broken(tokens: Tokens, why: string): Tokens {
  tokens.broken = why
  return tokens
}

function value(tokens: Tokens, kind: number, start: number, end: number): number {
  if (end === -1) return -1
  tokens.add(kind, start, end, 0)
  mixToken(tokens.fingerprint, VALUE_HASH)
  return end
}

function word(text: string, start: number, tokens: Tokens): number {
  let at = start
  let hash = HASH_START
  for (; at < text.length; at += 1) {
    const folded = foldedNamePart(text.charCodeAt(at))
    if (folded === 0) break
    hash = hashStep(hash, folded)
  }
  if (at - start === 1) {
    const end = prefixedQuote(text, start, at, tokens)
    if (end !== 0) return end
  }
  tokens.add(WORD, start, at, findKeyword(text, start, at, hash))
  mixToken(tokens.fingerprint, hash)
  return at
}

/** `E'..'`, `B'..'`, `X'..'`, `N'..'`, `U&'..'` and `U&".."`; 0 where the letter is a name. */
function prefixedQuote(text: string, start: number, at: number, tokens: Tokens): number {
  const next = codeAt(text, at)
  if (next === QUOTE_CODE) {
    switch (codeAt(text, start) | 32) {
      case 101:
        return value(tokens, STRING, start, endOfEscapeString(text, at + 1))
      case 98:
      case 110:
      case 120:
        return value(tokens, STRING, start, endOfString(text, at + 1))
      default:
        return 0
    }
  }
  if (next !== 38 || (codeAt(text, start) | 32) !== 117) return 0
  const quote = codeAt(text, at + 1)
  if (quote === QUOTE_CODE) return value(tokens, STRING, start, endOfString(text, at + 2))
  if (quote !== 34) return 0
  // What its escapes spell is not worked out: such a name is nobody's that we know.
  tokens.broken ??= 'it names something with Unicode escapes'
  return value(tokens, QUOTED, start, endOfQuotedName(text, at + 2))
}

function quotedName(text: string, start: number, tokens: Tokens): number {
  const end = endOfQuotedName(text, start + 1)
  if (end === -1) return -1
  let hash = HASH_START
  for (let at = start + 1; at < end - 1; at += 1) hash = hashStep(hash, codeAt(text, at))
  tokens.add(QUOTED, start, end, 0)
  mixToken(tokens.fingerprint, hash)
  return end
}

function number(text: string, start: number, tokens: Tokens): number {
  let at = digits(text, start)
  // `1..2` is a number, two dots and a number.
  if (codeAt(text, at) === DOT && codeAt(text, at + 1) !== DOT) at = digits(text, at + 1)
  const sign = codeAt(text, at)
  const hex = (codeAt(text, start + 1) | 32) === 120
  const exponent = !hex && (codeAt(text, at - 1) | 32) === 101
  if (exponent && isSign(sign)) at = digits(text, at + 1)
  return value(tokens, NUMBER, start, at)
}

/** Digits, underscores, the letters of `0x1F` and `1e5`; other letters the server refuses itself. */
function digits(text: string, from: number): number {
  let at = from
  while (codeAt(text, at) !== 36 && continuesName(codeAt(text, at))) at += 1
  return at
}

function dollar(text: string, start: number, tokens: Tokens): number {
  if (isDigit(codeAt(text, start + 1))) {
    return value(tokens, PARAMETER, start, digits(text, start + 1))
  }
  const length = dollarMarkLength(text, start)
  if (length === 0) return -1
  const close = text.indexOf(text.slice(start, start + length), start + length)
  return close === -1 ? -1 : value(tokens, STRING, start, close + length)
}

/** Past a comment that begins here; the same index if none does. */
function comment(text: string, start: number, tokens: Tokens): number {
  if (!startsComment(text, start)) return start
  const line = codeAt(text, start) === MINUS
  const end = line ? endOfLine(text, start) : endOfComment(text, start + 2)
  if (tokens.commentStart === -1) {
    tokens.commentStart = start + 2
    tokens.commentEnd = line ? end : end - 2
  }
  return end
}

/** The longest run of operator characters that holds no comment, less the signs at its end. */
function operator(text: string, start: number, tokens: Tokens): number {
  let end = start
  let plain = true
  for (; characterClass(codeAt(text, end)) === OPERATOR; end += 1) {
    if (end > start && startsComment(text, end)) break
    plain &&= plainOperators[codeAt(text, end)] === 1
  }
  let last = end
  if (plain) while (last - start > 1 && isSign(codeAt(text, last - 1))) last -= 1
  addOperator(text, start, last, tokens)
  // Read again from here, each of these signs would be cut off from the ones after it.
  for (; last < end; last += 1) addOperator(text, last, last + 1, tokens)
  return end
}

function addOperator(text: string, start: number, end: number, tokens: Tokens): void {
  let hash = HASH_START
  for (let at = start; at < end; at += 1) hash = hashStep(hash, codeAt(text, at))
  const symbol = end - start === 1 ? findMark(codeAt(text, start)) : 0
  tokens.add(OPERATION, start, end, symbol)
  mixToken(tokens.fingerprint, hash)
}

/** Operators made of these alone cannot end in `+` or `-`: `=-5` compares with minus five. */
const plainOperators = new Uint8Array(128)
for (const sign of '+-*/<>=') plainOperators[sign.charCodeAt(0)] = 1

function isSign(code: number): boolean {
  return code === 43 || code === MINUS
}

function startsComment(text: string, at: number): boolean {
  const code = codeAt(text, at)
  const next = codeAt(text, at + 1)
  return (code === MINUS && next === MINUS) || (code === SLASH && next === STAR)
}
