import { expect, test } from 'vitest'

import { readToken, tokenCookie } from '../../../src/client/carriage.ts'

test('a token is found among other cookies, and a header comes before a cookie', () => {
  const cookie = 'a=1; tidegate=EAEA_b-c; tidegate2=x'
  expect(readToken(new Headers({ cookie }), {})).toBe('EAEA_b-c')
  expect(readToken(new Headers({ cookie, 'tidegate-token': 'other' }), {})).toBe('other')
  expect(readToken(new Headers({ cookie }), { name: 'tidegate2' })).toBe('x')
  expect(readToken(new Headers(), {})).toBeUndefined()
})

test('the cookie is out of reach of scripts, and of plain http where the page is not', () => {
  expect(tokenCookie('t', true, {})).toBe(
    'tidegate=t; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure',
  )
  expect(tokenCookie('t', false, { domain: 'example.org', maxAge: 60 })).toBe(
    'tidegate=t; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Domain=example.org',
  )
})

test('a retired token is taken back', () => {
  expect(tokenCookie(undefined, true, {})).toContain('tidegate=; Path=/; Max-Age=0')
})
