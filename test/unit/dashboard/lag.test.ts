import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { PrimaryTrail } from '../../../dashboard/lag.ts'

test('whoever has the newest position is not behind, however long nothing is written', () => {
  const trail = new PrimaryTrail()
  trail.note(100, 1_000)
  trail.note(100, 50_000)
  expect(trail.ageMs(100, 90_000)).toBe(0)
})

test('who is behind is so since the primary went past him', () => {
  const trail = new PrimaryTrail()
  trail.note(100, 1_000)
  trail.note(200, 2_000)
  trail.note(300, 3_000)
  expect(trail.ageMs(100, 5_000)).toBe(3_000)
  expect(trail.ageMs(250, 5_000)).toBe(2_000)
})

test('a later position is never older than an earlier one', () => {
  const steps = fc.array(fc.record({ lsn: fc.nat(1000), ms: fc.integer({ min: 1, max: 500 }) }), {
    minLength: 1,
  })
  fc.assert(
    fc.property(steps, fc.nat(1000), fc.nat(1000), (all, a, b) => {
      const trail = new PrimaryTrail()
      let now = 0
      for (const { lsn, ms } of all) trail.note(lsn, (now += ms))
      const [earlier, later] = [Math.min(a, b), Math.max(a, b)]
      expect(trail.ageMs(later, now)).toBeLessThanOrEqual(trail.ageMs(earlier, now))
    }),
  )
})

test('what it remembers is bounded, and what lies before is at least so old', () => {
  const trail = new PrimaryTrail(1_000)
  for (let lsn = 1; lsn <= 100; lsn++) trail.note(lsn, lsn * 100)
  expect(trail.position).toBe(100)
  expect(trail.ageMs(1, 10_000)).toBe(1_000)
})
