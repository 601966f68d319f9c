import { exports } from 'cloudflare:workers'
import { expect, test } from 'vitest'

import { EMPTY_TOKEN, importTokenKeys, sealToken } from '../../src/index.ts'

async function passOn(text: string): Promise<{ text: string; imports: string | null }> {
  const answer = await exports.default.fetch('https://app.test/', { method: 'POST', body: text })
  return { text: await answer.text(), imports: answer.headers.get('x-imports') }
}

test('keys imported in one request sign and verify in the next ones of the same isolate', async () => {
  const keys = await importTokenKeys(['a secret of at least 32 characters'])
  const text = await sealToken(EMPTY_TOKEN, keys)

  expect(await passOn(text)).toEqual({ text, imports: '1' })
  expect(await passOn(text)).toEqual({ text, imports: '1' })
})

test('requests at the same time share the keys', async () => {
  const keys = await importTokenKeys(['a secret of at least 32 characters'])
  const text = await sealToken(EMPTY_TOKEN, keys)

  const answers = await Promise.all(Array.from({ length: 20 }, () => passOn(text)))

  expect(answers.map((answer) => answer.text)).toEqual(Array.from({ length: 20 }, () => text))
})
