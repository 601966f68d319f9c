import { beforeEach, expect, test } from 'vitest'

import { parseLsn } from '../../../src/tide/lsn.ts'
import { Branches } from '../../consistency/branches.ts'
import { check } from '../../consistency/check.ts'
import type { Fork, Freshness, History, Operation, Read, Write } from '../../consistency/history.ts'
import type { ViolationKind } from '../../consistency/verdict.ts'

let branches: Branches
let moment = 0
let order = 0

beforeEach(() => {
  branches = new Branches()
})

type Common = Omit<Write, 'kind' | 'value' | 'keys' | 'committed'>

function operation(session: number, position: Operation['position']): Common {
  const [begun, ended] = [(moment += 10), (moment += 10)]
  return {
    session,
    index: order,
    request: order++,
    client: 'fra',
    begun,
    ended,
    source: 'fra-1',
    from: 'replica',
    route: '',
    position,
    toldOfLoss: false,
  }
}

function at(epoch: number, lsn: string): Operation['position'] {
  return { epoch, lsn: parseLsn(lsn) }
}

function write(session: number, value: number, ...keys: number[]): Write {
  return { kind: 'write', ...operation(session, at(1, '0/10')), value, keys, committed: 'yes' }
}

function read(
  session: number,
  seen: Record<number, number[] | number>,
  freshness: Freshness = 'session',
): Read {
  const held = Object.entries(seen).map(([text, values]) => {
    const key = Number(text)
    const sight = typeof values === 'number' ? { length: values } : branches.see(key, values)
    return [key, sight] as const
  })
  return { kind: 'read', ...operation(session, at(1, '0/10')), freshness, seen: held }
}

interface Circumstances {
  readonly held?: History['held']
  readonly forks?: readonly Fork[]
}

function kinds(
  operations: Operation[],
  final: Record<number, number[]>,
  { held = [], forks = [] }: Circumstances = {},
): ViolationKind[] {
  const ends = Object.entries(final).map(([text, values]) => {
    const key = Number(text)
    return [key, branches.see(key, values)] as const
  })
  const history = { operations, branches, held, forks, final: new Map(ends) }
  return check(history).map(({ kind }) => kind)
}

test('a history as it should be has no violation', () => {
  const operations = [
    write(1, 101, 2),
    read(1, { 2: [101] }),
    read(2, { 2: [] }, 'any'),
    read(2, { 2: [101] }),
    write(2, 102, 2, 3),
    read(1, { 2: [101, 102], 3: [102] }, 'strong'),
    read(1, { 3: 1 }),
  ]
  expect(kinds(operations, { 2: [101, 102], 3: [102] })).toEqual([])
})

test('a session that misses its own write', () => {
  expect(kinds([write(1, 101, 1), read(1, { 1: [] })], { 1: [101] })).toEqual(['read-your-writes'])
})

test('a session whose counter misses its own write', () => {
  const operations = [write(1, 101, 3), write(1, 102, 3), read(1, { 3: 1 })]
  expect(kinds(operations, { 3: [101, 102] })).toEqual(['read-your-writes'])
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
  const written = write(1, 101, 1)
  const [seen, back] = [read(2, { 1: [101] }), read(2, { 1: [] })]
  expect(kinds([written, seen, back], { 1: [101] })).toEqual([])
  const atHome: Read = { ...seen, from: 'primary' }
  expect(kinds([written, atHome, back], { 1: [101] })).toEqual(['monotonic-reads'])
})

test('writes of one session in the wrong order', () => {
  const operations = [write(1, 101, 1), write(1, 102, 1)]
  expect(kinds(operations, { 1: [102, 101] })).toEqual(['monotonic-writes'])
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
  const operations = [write(1, 101, 1), read(2, { 1: [] }, 'strong')]
  expect(kinds(operations, { 1: [101] })).toEqual(['strong-reads'])
})

test('an acknowledged write that is gone, and one whose answer was lost', () => {
  expect(kinds([write(1, 101, 1)], { 1: [] })).toEqual(['lost-write'])
  expect(kinds([{ ...write(1, 101, 1), committed: 'unknown' }], { 1: [] })).toEqual([])
})

test('values that nobody wrote, or that were refused', () => {
  expect(kinds([], { 1: [7] })).toEqual(['invented-value'])
  expect(kinds([{ ...write(1, 7, 1), committed: 'no' }], { 1: [7] })).toEqual(['invented-value'])
})

test('a value that was never there', () => {
  const operations = [write(1, 7, 1), read(2, { 1: [8] })]
  expect(kinds(operations, { 1: [7] })).toEqual(['invented-value'])
})

test('half a transaction', () => {
  const operations = [write(1, 101, 2, 3), read(2, { 2: [101], 3: [] })]
  expect(kinds(operations, { 2: [101], 3: [101] })).toEqual(['torn-transaction'])
})

test('home may be behind a standby while commits are held, and only home, and only then', () => {
  const writes = [write(1, 101, 1), write(1, 102, 1)]
  const seen = read(2, { 1: [101, 102] })
  const back = read(2, { 1: [] })
  const held = [{ begun: back.begun, ended: back.ended }]
  const atHome: Operation[] = [...writes, seen, { ...back, from: 'primary' }]
  const final = { 1: [101, 102] }
  expect(kinds(atHome, final, { held })).toEqual([])
  expect(kinds(atHome, final)).toEqual(['monotonic-reads'])
  expect(kinds([...writes, seen, back], final, { held })).toEqual(['monotonic-reads'])
})

/** A failover after which nothing is left of what was acknowledged past 0/100. */
function fork(): Fork {
  const [begun, ended] = [(moment += 10), (moment += 10)]
  return { epoch: 2, at: parseLsn('0/100'), begun, ended, formerGone: ended }
}

function past<T extends Operation>(each: T): T {
  return { ...each, position: at(1, '0/200') }
}

function later<T extends Operation>(each: T): T {
  return { ...each, position: at(2, '0/300') }
}

const told = { toldOfLoss: true }

test('what a failover lost has to be told to who wrote it', () => {
  const lost = past(write(1, 101, 1))
  const forks = [fork()]
  const after = later(read(1, { 1: [] }))
  expect(kinds([lost, { ...after, ...told }], { 1: [] }, { forks })).toEqual([])
  expect(kinds([lost, after], { 1: [] }, { forks })).toEqual(['untold-loss'])
  // It has not gone on in the later history.
  expect(kinds([lost], { 1: [] }, { forks })).toEqual([])
})

test('what a failover lost may be told with the answer of who acknowledged it', () => {
  const forks = [{ ...fork(), formerGone: moment + 100 }]
  const lost = { ...past(write(1, 101, 1)), ...told }
  expect(kinds([lost, later(read(1, { 1: [] }))], { 1: [] }, { forks })).toEqual([])
})

test('what a failover lost has to be told to who saw it', () => {
  const lost = past(write(1, 101, 1))
  const seen: Read = { ...past(read(2, { 1: [101] })), from: 'primary' }
  const forks = [fork()]
  const after = later(read(2, { 1: [] }))
  expect(kinds([lost, seen, { ...after, ...told }], { 1: [] }, { forks })).toEqual([])
  expect(kinds([lost, seen, after], { 1: [] }, { forks })).toEqual(['untold-loss'])
})

test('who is told of a loss must still see what was not lost', () => {
  const kept = write(1, 101, 1)
  const lost = past(write(1, 102, 1))
  const seen: Read = { ...past(read(1, { 1: [101, 102] })), from: 'primary' }
  const forks = [fork()]
  const after = { ...later(read(1, { 1: [] })), ...told }
  expect(kinds([kept, lost, seen, after], { 1: [101] }, { forks })).toContain('read-your-writes')
})

test('a failover loses nothing that lies before the fork, or was written after it', () => {
  const kept = write(1, 101, 1)
  const forks = [fork()]
  const young = later(write(1, 102, 1))
  expect(kinds([kept], { 1: [] }, { forks })).toEqual(['lost-write'])
  expect(kinds([young], { 1: [] }, { forks })).toEqual(['lost-write'])
})

test('an answer of the later history that shows what was lost', () => {
  const lost = past(write(1, 101, 1))
  const forks = [fork()]
  const before = past(read(2, { 1: [101] }))
  expect(kinds([lost, before], { 1: [] }, { forks })).toEqual([])
  expect(kinds([lost, later(before)], { 1: [] }, { forks })).toContain('invented-value')
})

test('a former primary may answer those who have not heard of its heir', () => {
  const forks = [fork()]
  const first = { ...later(write(1, 101, 1)), client: 'iad' }
  const strong: Read = { ...read(2, { 1: [] }, 'strong'), from: 'primary' }
  expect(kinds([first, strong], { 1: [101] }, { forks })).toEqual([])
  const heard = { ...strong, client: 'iad' }
  expect(kinds([first, heard], { 1: [101] }, { forks })).toEqual(['strong-reads'])
})

test('what a former primary takes from who has seen its heir stands nowhere, if it is told', () => {
  const forks = [{ ...fork(), formerGone: moment + 100 }]
  const other = later(write(2, 101, 1))
  const seen = later(read(1, { 1: [101] }))
  const lost = past(write(1, 102, 1))
  // Somebody has seen it before its primary was gone.
  const witness = past(read(3, { 1: [102] }))
  const after = later(read(1, { 1: [101] }))
  const final = { 1: [101] }
  const operations = [other, seen, { ...lost, ...told }, witness, after]
  expect(kinds(operations, final, { forks })).toEqual([])
  expect(kinds([other, seen, lost, witness, after], final, { forks })).toEqual(['untold-loss'])
  const kept = later(write(1, 103, 1))
  expect(kinds([other, seen, kept], { 1: [103, 101] }, { forks })).toEqual(['writes-follow-reads'])
})

test('a session that is told of a loss where there was none', () => {
  expect(kinds([{ ...read(1, { 1: [] }), ...told }], { 1: [] })).toEqual(['false-alarm'])
})
