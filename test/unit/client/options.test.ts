import { types } from '@neondatabase/serverless'
import { expect, test } from 'vitest'

import {
  createTidegate,
  type Tidegate,
  type TidegateOptions,
} from '../../../src/client/tidegate.ts'
import type { Driver } from '../../../src/drivers/driver.ts'

const notAsked: Driver = {
  read: async () => await Promise.reject(new Error('a read was sent')),
  write: async () => await Promise.reject(new Error('a write was sent')),
}

const url = 'postgresql://app:secret@db.example.org/app'
const analytics = { region: 'fra', url, pool: 'analytics' }

function client(options: Partial<TidegateOptions> = {}): Tidegate {
  const primary = { region: 'iad', url }
  return createTidegate({ primary, ...options }, { driver: notAsked, types })
}

/** As they come from JavaScript or a file, where no type stands in their way. */
function untyped(json: string): object {
  const options: object = JSON.parse(json)
  return options
}

function refusal(message: string) {
  return expect.objectContaining({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(message),
  })
}

const wrong = [
  ['{ "freshness": "Strong" }', 'freshness: expected one of strong, session, any'],
  ['{ "freshness": { "within": "5s" } }', 'freshness: expected one of'],
  ['{ "freshness": { "within": -1 } }', 'freshness: expected one of'],
  ['{ "freshness": { "atleast": "x" } }', 'freshness: expected one of'],
  ['{ "freshness": null }', 'freshness: expected one of'],
  ['{ "freshnes": "strong" }', '.freshnes: expected nothing'],
  ['{ "route": "primry" }', 'route: expected one of primary, replica, nearest'],
  ['{ "timeoutMs": 0 }', 'timeoutMs: expected a number above 0'],
] as const

test.each(wrong)('%s is refused wherever it is said', async (json, message) => {
  const options = untyped(json)
  expect(() => client(options)).toThrow(refusal(message))
  expect(() => client().session(undefined, options)).toThrow(refusal(message))
  const { sql } = client().session()
  expect(() => sql.with(options)).toThrow(refusal(message))
  await expect(sql.query('select 1', [], options)).rejects.toEqual(refusal(message))
  await expect(sql.transaction([sql`select 1`], options)).rejects.toEqual(refusal(message))
})

test('a setting of the client that nobody knows is refused', () => {
  expect(() => client(untyped('{ "replica": [] }'))).toThrow(refusal('.replica: expected nothing'))
  expect(() => client(untyped('{ "mode": "prod" }'))).toThrow(refusal('mode: expected'))
})

test('a secret that no token can be signed with is refused at start, and not shown', () => {
  for (const tokenKeys of [['too short'], [undefined], []]) {
    const start = () => client({ tokenKeys, mode: 'production' })
    expect(start).toThrow(refusal('tokenKeys'))
    expect(start).not.toThrow(/too short/)
  }
})

test('a pool without replicas is refused where there are pools', async () => {
  const { sql } = client({ replicas: [analytics] }).session()
  const message = 'pool: expected one of default, analytics'
  await expect(sql.with({ pool: 'analytic' })`select 1`).rejects.toEqual(refusal(message))
  await expect(sql`/* tidegate: pool=analytic */ select 1`).rejects.toEqual(refusal(message))
  // An app that names its pools also runs where there is the primary alone.
  await expect(client().session().sql.with({ pool: 'analytics' })`select 1`).rejects.toThrow('sent')
})
