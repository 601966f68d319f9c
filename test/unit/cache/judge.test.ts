import { expect, test } from 'vitest'

import { judgeEntry } from '../../../src/cache/judge.ts'
import type { Mark } from '../../../src/cache/tide-table/tide-table.ts'
import { mark, tide } from '../../support/cache/tide-table-conformance.ts'

const { lsn } = tide(20)

function marks(...changes: [string, number][]): Map<string, Mark> {
  return new Map(changes.map(([tag, at]) => [tag, mark(at, at)]))
}

test('rows are since the last of their changes, or since the floor, what they are', () => {
  const horizon = tide(30)
  const entry = { lo: { epoch: 1, lsn }, tags: ['post', 'author'] }
  const since = (floor: number, ...changes: [string, number][]): unknown => {
    const reading = { horizon, floor: mark(floor, floor), tags: marks(...changes) }
    return judgeEntry(entry, reading)
  }
  const good = (at: number): object => ({
    outcome: 'good',
    validity: { since: { epoch: 1, lsn: BigInt(at) }, through: horizon },
  })
  expect(since(5, ['post', 12], ['author', 17], ['other', 19])).toEqual(good(17))
  expect(since(5)).toEqual(good(5))
  expect(since(15, ['post', 12])).toEqual(good(15))
  expect(since(5, ['post', 21])).toEqual({ outcome: 'stale', tag: 'post' })
})

test('a change of another epoch than theirs, which may have been lost, says nothing of them', () => {
  const reading = { horizon: tide(30, 0, 2), floor: mark(5, 5), tags: new Map() }
  expect(judgeEntry({ lo: { epoch: 2, lsn }, tags: ['post'] }, reading)).toMatchObject({
    outcome: 'good',
    validity: { since: undefined },
  })
})
