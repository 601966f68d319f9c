/** The answer of a moment ago is only for who asks the very same, and needs nothing newer. */
import { expect, test } from 'vitest'

import { HotAnswers } from '../../../gateway/read-through/hot-answers.ts'

const body = '{"query":"select 1"}'
const answer = { headers: {}, body: '{}' }

function headers(all: Readonly<Record<string, string>> = {}): (name: string) => string | undefined {
  return (name) => all[name]
}

test('it is given to a stranger, and to who has seen nothing but it', () => {
  const hot = new HotAnswers(1_000_000)
  const name = hot.nameOf(1, headers(), body) ?? ''
  expect(hot.get(name, '', 1)).toBeUndefined()
  hot.put(name, { token: 'seen', version: 1, answer })
  expect(hot.get(name, '', 1)).toBe(answer)
  expect(hot.get(name, 'seen', 1)).toBe(answer)
  // It may have written what the answer does not show.
  expect(hot.get(name, 'another', 1)).toBeUndefined()
  // Something was raised in the table of this process.
  expect(hot.get(name, '', 2)).toBeUndefined()
})

test('another credential, text or form of answer is another name', () => {
  const hot = new HotAnswers(1_000_000)
  const names = [
    hot.nameOf(1, headers(), body),
    hot.nameOf(2, headers(), body),
    hot.nameOf(1, headers(), '{"query":"select 2"}'),
    hot.nameOf(1, headers({ 'neon-array-mode': 'true' }), body),
    hot.nameOf(1, headers({ 'neon-raw-text-output': 'true' }), body),
    hot.nameOf(1, headers({ 'tidegate-cache': '60' }), body),
    hot.nameOf(1, headers({ 'neon-batch-read-only': 'true' }), body),
    hot.nameOf(1, headers({ 'neon-batch-isolation-level': 'Serializable' }), body),
    hot.nameOf(1, headers({ 'neon-batch-deferrable': 'true' }), body),
  ]
  expect(new Set(names).size).toBe(names.length)
})

test('how new an answer must be is asked of the tide table, each time', () => {
  const hot = new HotAnswers(1_000_000)
  expect(hot.nameOf(1, headers({ 'tidegate-freshness': 'within=1s' }), body)).toBeUndefined()
  const hinted = '{"query":"/* Tidegate: strong */ select 1"}'
  expect(hot.nameOf(1, headers(), hinted)).toBeUndefined()
})
