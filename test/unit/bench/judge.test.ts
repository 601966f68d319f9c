import { describe, expect, test } from 'vitest'

import { judge } from '../../../bench/geo/judge.ts'
import type { Operation } from '../../../bench/geo/operation.ts'

const SESSION = 1
const ITEM = 7

function write(
  version: number,
  begun: number,
  who: { session?: number; item?: number } = {},
): Operation {
  const at = { begun, ended: begun + 10 }
  return { kind: 'write', region: 'fra', session: SESSION, item: ITEM, ...at, version, ...who }
}

function read(version: number, begun: number, more: { withinMs?: number; session?: number } = {}) {
  const { withinMs, session = SESSION } = more
  return {
    kind: 'read',
    region: 'fra',
    session,
    item: ITEM,
    begun,
    ended: begun + 5,
    withinMs,
    reading: { version, source: 'replica', region: 'fra' },
  } as const satisfies Operation
}

describe('the judge of reads', () => {
  test('finds a read that lacks what its session wrote', () => {
    const verdict = judge([write(3, 0), read(2, 20), read(3, 40)])
    expect(verdict).toMatchObject({ sessionReads: 2, readYourWrites: 1, monotonicReads: 0 })
  })

  test('finds a read that goes back behind what its session read', () => {
    const verdict = judge([read(3, 0), read(2, 20), read(3, 40)])
    expect(verdict).toMatchObject({ sessionReads: 3, readYourWrites: 0, monotonicReads: 1 })
  })

  test('asks nothing of a session for what another one did', () => {
    const verdict = judge([write(3, 0), read(3, 10, { session: 2 }), read(1, 20, { session: 3 })])
    expect(verdict).toMatchObject({ sessionReads: 2, readYourWrites: 0, monotonicReads: 0 })
  })

  test('keeps items apart', () => {
    const verdict = judge([write(3, 0, { item: 8 }), read(1, 20)])
    expect(verdict).toMatchObject({ sessionReads: 1, readYourWrites: 0 })
  })

  test('finds a bounded read that lacks what was acknowledged longer ago, by anybody', () => {
    const operations = [
      write(3, 0, { session: 2 }),
      read(2, 100, { withinMs: 1000 }),
      read(2, 1100, { withinMs: 1000 }),
      read(3, 1200, { withinMs: 1000 }),
    ]
    expect(judge(operations)).toMatchObject({ boundedReads: 3, beyondBound: 1, sessionReads: 0 })
  })

  test('lets a bounded read lack the own write, and binds later reads to what it showed', () => {
    const verdict = judge([write(3, 0), read(2, 20, { withinMs: 1000 }), read(1, 40)])
    expect(verdict).toMatchObject({ readYourWrites: 1, monotonicReads: 1, beyondBound: 0 })
  })

  test('knows what came before it judges', () => {
    const verdict = judge([write(3, 0), read(2, 20), read(2, 120)], 100)
    expect(verdict).toMatchObject({ sessionReads: 1, readYourWrites: 1 })
  })

  test('takes operations in the order in which they began', () => {
    expect(judge([read(2, 0), write(3, 20)].toReversed())).toMatchObject({ readYourWrites: 0 })
  })
})
