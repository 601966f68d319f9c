/** Random raises, of few values, so that they often meet in the same fields. */
import * as fc from 'fast-check'

import type { Mark, Raise } from '../../../src/cache/tide-table/tide-table.ts'
import { FIRST_EPOCH } from '../../../src/tide/epoch.ts'
import { toLsn } from '../../../src/tide/lsn.ts'
import { toXid } from '../../../src/tide/xid.ts'

const epoch = fc.integer({ min: FIRST_EPOCH, max: 3 })
// Digits and letters, and pairs of letters that some locales take for one.
const number = fc.constantFrom(
  0n,
  1n,
  9n,
  10n,
  15n,
  16n,
  0xa9n,
  0xaan,
  0xafn,
  0xddn,
  0xden,
  2n ** 63n,
)
const lsn = number.map(toLsn)
const xid = number.map(toXid)

export const anyMark: fc.Arbitrary<Mark> = fc.record({ epoch, lsn, xid })

const clock = fc.constantFrom(1, 170, 1_790_000_000_000)
const names = fc.constantFrom('a', 'b', 'c')
const applied = fc.record({
  epoch,
  lsn,
  role: fc.constantFrom('primary', 'standby', 'subscriber'),
  timeline: fc.integer({ min: 1, max: 20 }),
  xmin: fc.option(fc.constantFrom(1n, 0xaan, 0xafn).map(toXid), { nil: undefined }),
  at: fc.option(clock, { nil: undefined }),
})
const catalog = fc
  .record({ epoch, lsn, hash: fc.constantFrom('aa', 'ab', 'a9') })
  .map(({ epoch: of, lsn: at, hash }) => ({ epoch: of, lsn: at, hash, json: `"${hash}"` }))
const history = fc.constantFrom(
  { ended: [], current: 1 },
  { ended: [{ epoch: 1, endedAt: toLsn(10n) }], current: 2 },
  { ended: [{ epoch: 1, endedAt: toLsn(11n) }], current: 2 },
  {
    ended: [
      { epoch: 1, endedAt: toLsn(11n) },
      { epoch: 2, endedAt: toLsn(20n) },
    ],
    current: 3,
  },
)

export const anyRaise: fc.Arbitrary<Raise> = fc.record(
  {
    tags: fc.array(fc.tuple(names, anyMark), { maxLength: 4 }).map((entries) => new Map(entries)),
    horizon: fc.record({ epoch, lsn, at: clock }),
    floor: anyMark,
    history,
    primary: fc.record({ epoch, node: fc.constantFrom('a', 'aa', 'af', 'é', 'z') }),
    applied: fc
      .array(fc.tuple(names, applied), { maxLength: 2 })
      .map((entries) => new Map(entries)),
    catalog,
    witness: fc.record({
      epoch: fc.constant(FIRST_EPOCH),
      lsn: fc.constantFrom(0n, 5n).map(toLsn),
    }),
  },
  { requiredKeys: [] },
)
