import { describe, expect, test } from 'vitest'

import { importTokenKeys } from '../../../src/tide/token-keys.ts'
import { errorOf } from './arbitraries.ts'

const secret = 'the quick brown fox is a secret.'
const other = 'another secret of at least 32 characters'

async function refusal(secrets: readonly (string | undefined)[]): Promise<unknown> {
  return await importTokenKeys(secrets).then(
    () => 'not refused',
    (error: unknown) => error,
  )
}

test('each secret of at least 32 characters becomes a key that cannot be taken out again', async () => {
  const keys = await importTokenKeys([secret, other])

  expect(keys).toHaveLength(2)
  for (const key of keys) expect(key).toMatchObject({ extractable: false, usages: ['sign'] })
})

describe('the setting is refused, by the name of the field and without the secret', () => {
  test.each([
    ['a secret of 31 characters', [other, secret.slice(1)], 'tokenKeys[1]: expected at least 32'],
    ['an empty secret', [''], 'tokenKeys[0]: expected at least 32'],
    ['a variable that is not set', [other, undefined], 'tokenKeys[1]: expected at least 32'],
    [
      'the same secret twice',
      [secret, other, secret],
      'tokenKeys[2]: expected another secret than tokenKeys[0]',
    ],
    ['no secret at all', [], 'tokenKeys: expected a secret'],
  ])('%s', async (_, secrets, message) => {
    const error = await refusal(secrets)

    expect(error).toEqual(errorOf('CONFIG_INVALID'))
    expect(String(error)).toContain(message)
    for (const given of secrets) if (given) expect(String(error)).not.toContain(given)
  })
})
