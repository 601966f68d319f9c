/**
 * Cuts a text into tokens exactly as PostgreSQL's own scanner does, in one pass that never goes
 * back. Assumes `standard_conforming_strings = on`, the only setting from PostgreSQL 19 on.
 *
 * @see https://www.postgresql.org/docs/18/sql-syntax-lexical.html
 */
import {
  characterClass,
  continuesName,
  DIGIT,
  DOLLAR,
  DOUBLE_QUOTE,
  isDigit,
  LETTER,
  OPERATOR,
  PUNCTUATION,
  QUOTE,
  SPACE,
} from './characters.ts'
import { mixToken, VALUE_HASH } from './fingerprint.ts'
import { findKeyword, HASH_START, hashStep } from './keywords.ts'
import {
  dollarMarkLength,
  endOfComment,
  endOfEscapeString,
  endOfLine,
  endOfQuotedName,
  endOfString,
} from './quotes.ts'
import { MARK, NUMBER, OPERATION, PARAMETER, QUOTED, STRING, type Tokens } from './tokens.ts'

const QUOTE_CODE = 39
const MINUS = 45
const DOT = 46
const SLASH = 47
const COLON = 58
const STAR = 42

export function tokenize(text: string, tokens: Tokens): Tokens {
  tokens.reset(text)
  /** The innermost bracket still open. Each open one remembers the next outer one as its partner. */
  let open = -1
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    const start = at
    switch (characterClass(code)) {
      case SPACE:
        at += 1
        break
      case LETTER:
        at = word(text, at, tokens)
        break
      case PUNCTUATION: {
        if (code === DOT && isDigit(text.charCodeAt(at + 1))) {
          at = number(text, at, tokens)
          break
        }
        const symbol = code === COLON ? colon(text, at) : (marks.get(code) ?? '')
        at += symbol.length
        const index = tokens.add(MARK, start, at, symbol, 0)
        mixToken(tokens, code)
        if (symbol === '(' || symbol === '[') {
          tokens.setPartner(index, open)
          open = index
        } else if (symbol === ')' || symbol === ']') {
          if (open === -1 || tokens.symbol(open) !== (symbol === ')' ? '(' : '[')) {
            return broken(tokens, 'its brackets do not match')
          }
          const outer = tokens.partner(open)
          tokens.setPartner(open, index)
          tokens.setPartner(index, open)
          open = outer
        } else if (symbol === ';') {
          if (open !== -1) return broken(tokens, 'its brackets do not match')
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
  return open === -1 ? tokens : broken(tokens, 'its brackets do not match')
}

const marks = new Map([...'()[],;.:'].map((mark) => [mark.charCodeAt(0), mark]))

function colon(text: string, at: number): string {
  const next = text.charCodeAt(at + 1)
  if (next === COLON) return '::'
  return next === 61 ? ':=' : ':'
}

function broken(tokens: Tokens, why: string): Tokens {
  tokens.broken = why
  return tokens
}

function value(tokens: Tokens, kind: number, start: number, end: number): number {
  if (end === -1) return -1
  tokens.add(kind, start, end, '', 0)
  mixToken(tokens, VALUE_HASH)
  return end
}

function word(text: string, start: number, tokens: Tokens): number {
  let at = start
  let hash = HASH_START
  for (let code = text.charCodeAt(at); continuesName(code); code = text.charCodeAt(at)) {
    hash = hashStep(hash, code >= 65 && code <= 90 ? code | 32 : code)
    at += 1
  }
  if (at - start === 1) {
    const end = prefixedQuote(text, start, at, tokens)
    if (end !== 0) return end
  }
  tokens.addWord(start, at, findKeyword(text, start, at, hash))
  mixToken(tokens, hash)
  return at
}

/** `E'..'`, `B'..'`, `X'..'`, `N'..'`, `U&'..'` and `U&".."`; 0 where the letter is a name. */
function prefixedQuote(text: string, start: number, at: number, tokens: Tokens): number {
  const next = text.charCodeAt(at)
  if (next === QUOTE_CODE) {
    switch (text.charCodeAt(start) | 32) {
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
  if (next !== 38 || (text.charCodeAt(start) | 32) !== 117) return 0
  const quote = text.charCodeAt(at + 1)
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
  for (let at = start + 1; at < end - 1; at += 1) hash = hashStep(hash, text.charCodeAt(at))
  tokens.add(QUOTED, start, end, '', 0)
  mixToken(tokens, hash)
  return end
}

function number(text: string, start: number, tokens: Tokens): number {
  let at = digits(text, start)
  // `1..2` is a number, two dots and a number.
  if (text.charCodeAt(at) === DOT && text.charCodeAt(at + 1) !== DOT) at = digits(text, at + 1)
  const sign = text.charCodeAt(at)
  const hex = (text.charCodeAt(start + 1) | 32) === 120
  const exponent = !hex && (text.charCodeAt(at - 1) | 32) === 101
  if (exponent && isSign(sign)) at = digits(text, at + 1)
  return value(tokens, NUMBER, start, at)
}

/** Digits, underscores, the letters of `0x1F` and `1e5`; other letters the server refuses itself. */
function digits(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) !== 36 && continuesName(text.charCodeAt(at))) at += 1
  return at
}

function dollar(text: string, start: number, tokens: Tokens): number {
  if (isDigit(text.charCodeAt(start + 1))) {
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
  const line = text.charCodeAt(start) === MINUS
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
  for (; characterClass(text.charCodeAt(end)) === OPERATOR; end += 1) {
    if (end > start && startsComment(text, end)) break
    plain &&= plainOperators.has(text.charCodeAt(end))
  }
  let last = end
  if (plain) while (last - start > 1 && isSign(text.charCodeAt(last - 1))) last -= 1
  addOperator(text, start, last, tokens)
  // Read again from here, each of these signs would be cut off from the ones after it.
  for (; last < end; last += 1) addOperator(text, last, last + 1, tokens)
  return end
}

function addOperator(text: string, start: number, end: number, tokens: Tokens): void {
  let hash = HASH_START
  for (let at = start; at < end; at += 1) hash = hashStep(hash, text.charCodeAt(at))
  const symbol = end - start === 1 ? (signs.get(text.charCodeAt(start)) ?? '') : ''
  tokens.add(OPERATION, start, end, symbol, 0)
  mixToken(tokens, hash)
}

/** Operators made of these alone cannot end in `+` or `-`: `=-5` compares with minus five. */
const plainOperators = new Set([...'+-*/<>='].map((sign) => sign.charCodeAt(0)))
const signs = new Map([...'*=-'].map((sign) => [sign.charCodeAt(0), sign]))

function isSign(code: number): boolean {
  return code === 43 || code === MINUS
}

function startsComment(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  const next = text.charCodeAt(at + 1)
  return (code === MINUS && next === MINUS) || (code === SLASH && next === STAR)
}
