/** A session's tokens as numbers: an answer covers what its question was sent with, and itself. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { TokenSet } from '../../../src/thin/token-set.ts'

test('of questions one after the other only the last answer’s token stays', () => {
  const tokens = new TokenSet('a')
  tokens.answered(tokens.sent, 'b')
  tokens.answered(tokens.sent, 'c')
  expect(tokens.text).toBe('c')
})

test('of questions side by side each leaves its token, and the next one carries them all', () => {
  const tokens = new TokenSet('a')
  const { sent } = tokens
  tokens.answered(sent, 'b')
  tokens.answered(sent, 'c')
  expect(tokens.text).toBe('b.c')
  tokens.answered(tokens.sent, 'd')
  expect(tokens.text).toBe('d')
})

test('answers that moved nothing leave the token that came', () => {
  const tokens = new TokenSet('a')
  const { sent } = tokens
  tokens.answered(sent, 'a')
  tokens.answered(sent, 'a')
  expect(tokens.text).toBe('a')
})

test('nothing that an answer has shown is ever forgotten, in whatever order answers come', () => {
  // Each question is begun and answered somewhere in the course of the others.
  const course = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(course, (steps) => {
      const tokens = new TokenSet()
      const covers = new Map<string, ReadonlySet<number>>()
      const open: { readonly id: number; readonly sent: readonly string[] }[] = []
      const seen = new Set<number>()
      const coveredBy = (held: readonly string[]): Set<number> =>
        new Set(held.flatMap((token) => [...(covers.get(token) ?? [])]))
      for (const [id, step] of steps.entries()) {
        // At most six at once, as a client has it.
        if (open.length < 6 && step % 2 === 0) open.push({ id, sent: tokens.sent })
        else {
          const [ended] = open.splice(step % Math.max(1, open.length), 1)
          if (!ended) continue
          seen.add(ended.id)
          covers.set(`t${ended.id}`, coveredBy(ended.sent).add(ended.id))
          tokens.answered(ended.sent, `t${ended.id}`)
        }
        expect(coveredBy(tokens.sent)).toEqual(seen)
        expect(tokens.sent.length).toBeLessThanOrEqual(6)
      }
    }),
    { numRuns: 500 },
  )
})
