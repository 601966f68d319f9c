import { expect, test } from 'vitest'

import { readTokens } from '../../../src/sql/lexer.ts'
import * as symbols from '../../../src/sql/symbols.ts'

const { FIRST_KEYWORD, CAST, ...others } = symbols

test.for(Object.entries(others))('%s is the number that the lexer gives it', ([name, number]) => {
  const keyword = name.replace(/_WORD$/, '').toLowerCase()
  const text = number < FIRST_KEYWORD ? String.fromCharCode(number) : keyword
  // A bracket alone would not be read to its end.
  const tokens = readTokens(text === ')' ? '()' : text === ']' ? '[]' : text)
  const at = text === ')' || text === ']' ? 1 : 0
  expect(tokens.symbol(at)).toBe(number)
})

test('of the marks of two characters the cast alone has a number', () => {
  expect(readTokens('::').symbol(0)).toBe(CAST)
  expect(readTokens('<>').symbol(0)).toBe(0)
})
