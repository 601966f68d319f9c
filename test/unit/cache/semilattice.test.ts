import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { joinField, raiseFields } from '../../../src/cache/tide-table/fields.ts'
import { includesMark, joinMarks } from '../../../src/cache/tide-table/mark.ts'
import type { Raise } from '../../../src/cache/tide-table/tide-table.ts'
import { anyMark, anyRaise } from '../../support/cache/arbitrary-raises.ts'

type State = ReadonlyMap<string, string>

function raised(state: State, raise: Raise): State {
  const next = new Map(state)
  const { tags, others } = raiseFields(raise)
  for (const [field, text] of [...tags, ...others]) {
    const held = next.get(field)
    next.set(field, held === undefined ? text : joinField(field, held, text))
  }
  return new Map([...next].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const empty: State = new Map()

test('raises commute', () => {
  fc.assert(
    fc.property(anyRaise, anyRaise, anyRaise, (before, a, b) => {
      const state = raised(empty, before)
      expect(raised(raised(state, a), b)).toEqual(raised(raised(state, b), a))
    }),
    { numRuns: 1000 },
  )
})

test('a raise that comes again changes nothing, however late', () => {
  fc.assert(
    fc.property(anyRaise, fc.array(anyRaise, { maxLength: 4 }), (again, others) => {
      const state = [again, ...others].reduce(raised, empty)
      expect(raised(state, again)).toEqual(state)
    }),
    { numRuns: 1000 },
  )
})

test('any order of raises leads to the same table', () => {
  const shuffled = fc
    .array(anyRaise, { maxLength: 6 })
    .chain((raises) =>
      fc.tuple(
        fc.constant(raises),
        fc.shuffledSubarray(raises, { minLength: raises.length, maxLength: raises.length }),
      ),
    )
  fc.assert(
    fc.property(shuffled, ([one, other]) => {
      expect(one.reduce(raised, empty)).toEqual(other.reduce(raised, empty))
    }),
    { numRuns: 1000 },
  )
})

test('the join of marks is associative, and the least that includes both', () => {
  fc.assert(
    fc.property(anyMark, anyMark, anyMark, (a, b, c) => {
      const both = joinMarks(a, b)
      expect(joinMarks(both, c)).toEqual(joinMarks(a, joinMarks(b, c)))
      expect(includesMark(both, a) && includesMark(both, b)).toBe(true)
      expect(includesMark(c, a) && includesMark(c, b)).toBe(includesMark(c, both))
    }),
    { numRuns: 5000 },
  )
})
