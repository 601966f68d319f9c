import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { parseConnectionString } from '../../../gateway/protocol/connection-string.ts'
import { Refusal } from '../../../gateway/protocol/refusal.ts'
import { readRequest } from '../../../gateway/protocol/request.ts'

test('whatever the body is, it is a request or a refusal', () => {
  const bodies = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map((params) => JSON.stringify({ query: 'select 1', params })),
    fc.jsonValue().map((queries) => JSON.stringify({ queries })),
  )
  fc.assert(
    fc.property(bodies, (body) => {
      try {
        const { queries } = readRequest(body, () => undefined)
        for (const { text, values } of queries) {
          expect(typeof text).toBe('string')
          expect(values.every((value) => value === null || typeof value === 'string')).toBe(true)
        }
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal)
        expect(error).toMatchObject({ status: 400 })
      }
    }),
  )
})

test('whatever the connection string is, it is a login or a refusal that does not repeat it', () => {
  const secret = fc.string({ minLength: 8 })
  const texts = fc.oneof(
    secret,
    secret.map((text) => `postgresql://${text}`),
    secret.map(
      (text) => `postgresql://user:${encodeURIComponent(text)}@host/database?options=${text}`,
    ),
  )
  fc.assert(
    fc.property(texts, (text) => {
      try {
        const login = parseConnectionString(text)
        expect(JSON.stringify(login)).not.toContain(String.raw`\u0000`)
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal)
      }
    }),
  )
})

test('user, password and database are decoded, and Neon\u2019s own options left out', () => {
  const text =
    'postgres://a%40b:p%2F%3A@Host.Example:6543/d%20b?sslmode=require&options=endpoint%3Dx%20-c%20work_mem%3D4MB'
  expect(parseConnectionString(text)).toEqual({
    host: 'host.example:6543',
    user: 'a@b',
    password: 'p/:',
    database: 'd b',
    startup: { options: '-c work_mem=4MB' },
  })
})
