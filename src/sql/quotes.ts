/**
 * Where quoted things end. Each function takes the index of the first character inside and gives the
 * index just past the closing mark, or -1 if there is none.
 */
import { continuesName } from './characters.ts'
import { BACKSLASH, BLANK, CARRIAGE_RETURN, DOLLAR, NEWLINE, QUOTE, SLASH } from './codes.ts'
import { MINUS, STAR } from './symbols.ts'

/** Of a string or a quoted name: inside, the mark stands for itself where it is doubled. */
export function endOfQuoted(codes: Uint8Array, from: number, length: number, mark: number): number {
  for (let at = from; at < length; at += 1) {
    if (codes[at] !== mark) continue
    if (codes[at + 1] !== mark) return at + 1
    at += 1
  }
  return -1
}

/** `E'...'`: a backslash takes the next character with it, on each of the string's lines. */
export function endOfEscapeString(codes: Uint8Array, from: number, length: number): number {
  for (let at = from; at < length; at += 1) {
    const code = codes[at]
    if (code === BACKSLASH) at += 1
    else if (code === QUOTE) {
      if (codes[at + 1] === QUOTE) at += 1
      else {
        const next = continuation(codes, at + 1, length)
        if (next === -1) return at + 1
        at = next
      }
    }
  }
  return -1
}

/** A quote after blank space with a newline in it goes on with the string before, escapes and all. */
function continuation(codes: Uint8Array, from: number, length: number): number {
  let newline = false
  for (let at = from; at < length; at += 1) {
    const code = codes[at] ?? 0
    if (code === NEWLINE || code === CARRIAGE_RETURN) newline = true
    else if (code === QUOTE) return newline ? at : -1
    else if (code === MINUS && codes[at + 1] === MINUS) at = endOfLine(codes, at, length) - 1
    else if (code !== BLANK && (code < 9 || code > 13)) return -1
  }
  return -1
}

export function endOfLine(codes: Uint8Array, from: number, length: number): number {
  for (let at = from; at < length; at += 1) {
    const code = codes[at]
    if (code === NEWLINE || code === CARRIAGE_RETURN) return at
  }
  return length
}

/** Comments nest in PostgreSQL. */
export function endOfComment(codes: Uint8Array, from: number, length: number): number {
  let depth = 1
  for (let at = from; at < length; at += 1) {
    const code = codes[at]
    const next = codes[at + 1]
    if (code === SLASH && next === STAR) depth += 1
    else if (code === STAR && next === SLASH) depth -= 1
    else continue
    at += 1
    if (depth === 0) return at + 1
  }
  return -1
}

/** From the dollar on: `$$..$$` and `$tag$..$tag$`. */
export function endOfDollarQuote(text: string, codes: Uint8Array, start: number): number {
  let end = start + 1
  while (codes[end] !== DOLLAR && continuesName(codes[end] ?? 0)) end += 1
  if (codes[end] !== DOLLAR) return -1
  const mark = text.slice(start, end + 1)
  const close = text.indexOf(mark, end + 1)
  return close === -1 ? -1 : close + mark.length
}
