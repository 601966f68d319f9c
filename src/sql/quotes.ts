/**
 * Where quoted things end. Each function takes the index of the first character inside and gives the
 * index just past the closing mark, or -1 if there is none.
 */
import { codeAt, continuesName } from './characters.ts'

const NEWLINE = 10
const CARRIAGE_RETURN = 13
const QUOTE = 39
const BACKSLASH = 92

export function endOfString(text: string, from: number): number {
  let at = text.indexOf("'", from)
  while (at !== -1 && codeAt(text, at + 1) === QUOTE) at = text.indexOf("'", at + 2)
  return at === -1 ? -1 : at + 1
}

export function endOfQuotedName(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at !== -1 && codeAt(text, at + 1) === 34) at = text.indexOf('"', at + 2)
  return at === -1 ? -1 : at + 1
}

/** `E'...'`: a backslash takes the next character with it, on each of the string's lines. */
export function endOfEscapeString(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = codeAt(text, at)
    if (code === BACKSLASH) at += 1
    else if (code === QUOTE) {
      if (codeAt(text, at + 1) === QUOTE) at += 1
      else {
        const next = continuation(text, at + 1)
        if (next === -1) return at + 1
        at = next
      }
    }
  }
  return -1
}

/** A quote after blank space with a newline in it goes on with the string before, escapes and all. */
function continuation(text: string, from: number): number {
  let newline = false
  for (let at = from; at < text.length; at += 1) {
    const code = codeAt(text, at)
    if (code === NEWLINE || code === CARRIAGE_RETURN) newline = true
    else if (code === QUOTE) return newline ? at : -1
    else if (text.startsWith('--', at)) at = endOfLine(text, at) - 1
    else if (code !== 32 && (code < 9 || code > 13)) return -1
  }
  return -1
}

export function endOfLine(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = codeAt(text, at)
    if (code === NEWLINE || code === CARRIAGE_RETURN) return at
  }
  return text.length
}

const commentMark = /\/\*|\*\//g

/** Comments nest in PostgreSQL. */
export function endOfComment(text: string, from: number): number {
  let depth = 1
  commentMark.lastIndex = from
  for (let mark = commentMark.exec(text); mark; mark = commentMark.exec(text)) {
    depth += mark[0] === '/*' ? 1 : -1
    if (depth === 0) return commentMark.lastIndex
  }
  return -1
}

/** From the dollar on: `$$..$$` and `$tag$..$tag$`. */
export function endOfDollarQuote(text: string, start: number): number {
  let end = start + 1
  while (codeAt(text, end) !== 36 && continuesName(codeAt(text, end))) end += 1
  if (codeAt(text, end) !== 36) return -1
  const mark = text.slice(start, end + 1)
  const close = text.indexOf(mark, end + 1)
  return close === -1 ? -1 : close + mark.length
}
