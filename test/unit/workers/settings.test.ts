/** What the sample app is told is checked by name, and no secret of it is ever said again. */
import { describe, expect, test } from 'vitest'

import { isTidegateError } from '../../../src/errors.ts'
import { createApp } from '../../../workers/app/app.ts'
import { bearerTokens } from '../../../workers/app/bearer.ts'
import { readSettings } from '../../../workers/app/settings.ts'

const SECRET = 'hunter2hunter2'
const right = {
  PRIMARY_URL: `postgresql://app:${SECRET}@primary.example.com/app`,
  TOKEN_KEYS: 'a key that signs the sessions of this app',
}

function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    expect(isTidegateError(error, 'CONFIG_INVALID')).toBe(true)
    return error instanceof Error ? error.message : ''
  }
  return 'accepted'
}

test('with a primary and a key the app is there, and without tokens there is no /sql', async () => {
  const app = createApp(right)
  expect((await app.request('/health')).status).toBe(200)
  expect((await app.request('/sql', { method: 'POST' })).status).toBe(404)
  expect((await app.request('/plain/posts')).status).toBe(404)
})

describe('is refused by name, without its value', () => {
  test.each([
    ['PRIMARY_URL', { PRIMARY_URL: undefined }],
    ['REPLICAS', { REPLICAS: `[{"url": "postgresql://app:${SECRET}@…` }],
    ['REPLICAS', { REPLICAS: `{"url": "${SECRET}"}` }],
    ['TIDES', { TIDES: `[{"region": "nowhere", "url": "https://x", "token": "${SECRET}"}]` }],
    ['TIDES', { TIDES: SECRET }],
    ['SQL_TOKENS', { SQL_TOKENS: SECRET }],
    ['SQL_FRESHNESS', { SQL_FRESHNESS: 'within:soon' }],
    ['tokenKeys', { TOKEN_KEYS: undefined }],
    [
      'replicas[0].region',
      { REPLICAS: `[{"region": "x", "url": "postgresql://a:${SECRET}@h/d"}]` },
    ],
  ])('%s', (name, wrong) => {
    const message = refusal(() => createApp({ ...right, ...wrong }))
    expect(message).toContain(`${name}: expected`)
    expect(message).not.toContain(SECRET)
  })
})

test('what /sql gives to who carries no session can be said', () => {
  expect(readSettings(right).sqlFreshness).toBe('strong')
  const within = readSettings({ ...right, SQL_FRESHNESS: 'within:2000' })
  expect(within.sqlFreshness).toEqual({ within: 2000 })
})

test('a token is known whole or not at all', async () => {
  const isKnown = bearerTokens(['first token of two', 'second token of two'])
  expect(await isKnown('second token of two')).toBe(true)
  for (const wrong of ['', 'second token of tw', 'second token of two ', undefined]) {
    expect(await isKnown(wrong)).toBe(false)
  }
  expect(await bearerTokens([])('')).toBe(false)
})
