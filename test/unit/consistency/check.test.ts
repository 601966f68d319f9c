import { expect, test } from 'vitest'

import { check, type ViolationKind } from '../../consistency/check.ts'
import type { Freshness, History, Operation, Read, Write } from '../../consistency/history.ts'

let moment = 0
let order = 0

function write(session: number, value: number, ...keys: number[]): Write {
  const [begun, ended] = [(moment += 10), (moment += 10)]
  return { kind: 'write', session, index: order++, begun, ended, value, keys, committed: 'yes' }
}

function read(
  session: number,
  seen: Record<number, number[]>,
  freshness: Freshness = 'session',
): Read {
  const [begun, ended] = [(moment += 10), (moment += 10)]
  const registers = new Map(Object.entries(seen).map(([key, values]) => [Number(key), values]))
  return {
    kind: 'read',
    session,
    index: order++,
    begun,
    ended,
    freshness,
    seen: registers,
    source: 'fra-1',
    position: undefined,
  }
}

function kinds(
  operations: Operation[],
  final: Record<number, number[]>,
  held: History['held'] = [],
): ViolationKind[] {
  const history: History = {
    operations,
    held,
    primary: 'iad-1',
    final: new Map(Object.entries(final).map(([key, values]) => [Number(key), values])),
  }
  return check(history).map(({ kind }) => kind)
}

test('a history as it should be has no violation', () => {
  const operations = [
    write(1, 101, 1),
    read(1, { 1: [101] }),
    read(2, { 1: [] }, 'any'),
    read(2, { 1: [101] }),
    write(2, 102, 1, 2),
    read(1, { 1: [101, 102], 2: [102] }, 'strong'),
  ]
  expect(kinds(operations, { 1: [101, 102], 2: [102] })).toEqual([])
})

test('a session that misses its own write', () => {
  expect(kinds([write(1, 101, 1), read(1, { 1: [] })], { 1: [101] })).toEqual(['read-your-writes'])
})

test('another session may miss it', () => {
  expect(kinds([write(1, 101, 1), read(2, { 1: [] })], { 1: [101] })).toEqual([])
})

test('a session that goes back behind what it saw, even if it saw it with less wishes', () => {
  const writes = [write(1, 101, 1), write(1, 102, 1)]
  const operations = [...writes, read(2, { 1: [101, 102] }, 'any'), read(2, { 1: [] })]
  expect(kinds(operations, { 1: [101, 102] })).toEqual(['monotonic-reads'])
})

test('a near answer may show one commit above the position that it tells, home none', () => {
  const seen = read(2, { 1: [101] })
  const operations = [write(1, 101, 1), seen, read(2, { 1: [] })]
  expect(kinds(operations, { 1: [101] })).toEqual([])
  const atHome = [operations[0] ?? seen, { ...seen, source: 'iad-1' }, operations[2] ?? seen]
  expect(kinds(atHome, { 1: [101] })).toEqual(['monotonic-reads'])
})

test('writes of one session in the wrong order', () => {
  expect(kinds([write(1, 101, 1), write(1, 102, 1)], { 1: [102, 101] })).toEqual([
    'monotonic-writes',
  ])
})

test('a write that stands before what its session had read', () => {
  const operations = [write(1, 101, 1), read(2, { 1: [101] }), write(2, 102, 1)]
  expect(kinds(operations, { 1: [102, 101] })).toContain('writes-follow-reads')
})

test('a bounded read may lack what is younger than its bound, and nothing older', () => {
  const writes = [write(1, 101, 1), write(1, 102, 1)]
  const young = read(2, { 1: [101] }, { within: 50 })
  expect(kinds([...writes, young], { 1: [101, 102] })).toEqual([])
  const old = { ...young, begun: young.begun + 100 }
  expect(kinds([...writes, old], { 1: [101, 102] })).toEqual(['bounded-staleness'])
})

test('a strong read that lacks what was acknowledged before it began', () => {
  expect(kinds([write(1, 101, 1), read(2, { 1: [] }, 'strong')], { 1: [101] })).toEqual([
    'strong-reads',
  ])
})

test('an acknowledged write that is gone, and one whose answer was lost', () => {
  expect(kinds([write(1, 101, 1)], { 1: [] })).toEqual(['lost-write'])
  expect(kinds([{ ...write(1, 101, 1), committed: 'unknown' }], { 1: [] })).toEqual([])
})

test('values that nobody wrote, or that were refused', () => {
  expect(kinds([], { 1: [7] })).toEqual(['invented-value'])
  expect(kinds([{ ...write(1, 7, 1), committed: 'no' }], { 1: [7] })).toEqual(['invented-value'])
  expect(kinds([write(1, 7, 1), read(2, { 1: [8] })], { 1: [7] })).toEqual(['invented-value'])
})

test('half a transaction', () => {
  const operations = [write(1, 101, 1, 2), read(2, { 1: [101], 2: [] })]
  expect(kinds(operations, { 1: [101], 2: [101] })).toEqual(['torn-transaction'])
})

test('home may be behind a standby while commits are held, and only home, and only then', () => {
  const writes = [write(1, 101, 1), write(1, 102, 1)]
  const seen = read(2, { 1: [101, 102] })
  const back = read(2, { 1: [] })
  const held = [{ begun: back.begun, ended: back.ended }]
  const atHome = [...writes, seen, { ...back, source: 'iad-1' }]
  expect(kinds(atHome, { 1: [101, 102] }, held)).toEqual([])
  expect(kinds(atHome, { 1: [101, 102] })).toEqual(['monotonic-reads'])
  expect(kinds([...writes, seen, back], { 1: [101, 102] }, held)).toEqual(['monotonic-reads'])
})
