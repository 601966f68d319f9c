import { expect, test } from 'vitest'

import type { TableReading } from '../../../src/cache/tide-table/tide-table.ts'
import { Knowledge, type KnowledgeOptions } from '../../../src/gate/knowledge.ts'
import { settle } from '../../../src/tide/history.ts'
import { toLsn } from '../../../src/tide/lsn.ts'
import type { Position } from '../../../src/tide/position.ts'

const EMPTY_READING: TableReading = {
  horizon: undefined,
  floor: undefined,
  history: undefined,
  primary: undefined,
  catalog: undefined,
  tags: new Map(),
  applied: new Map(),
}

function at(lsn: bigint): Position {
  return { epoch: 1, lsn: toLsn(lsn) }
}

function knowledge(options?: KnowledgeOptions): Knowledge {
  return new Knowledge(
    [
      { name: 'iad', role: 'primary', weight: 1, roundTripMs: 90, lagMs: 0 },
      { name: 'fra', role: 'standby', weight: 1, roundTripMs: 5, lagMs: 50 },
    ],
    options,
  )
}

test('what is known of a node only rises', () => {
  const known = knowledge()
  known.learnTide('fra', at(10n), 100, 0)
  known.learnTide('fra', at(5n), 50, 0)
  expect(known.node('fra').tide).toEqual(at(10n))
  expect(known.node('fra').at).toBe(100)
})

test('a replica is expected to show a commit after its usual lag', () => {
  const known = knowledge()
  known.learnHead(at(10n), 990, 1000)
  expect(known.outlook('fra', at(10n), 1000).waitMs).toBe(50)
  expect(known.outlook('fra', at(10n), 1030).waitMs).toBe(20)
  expect(known.outlook('fra', at(10n), 1100).waitMs).toBe(0)
  known.learnTide('fra', at(10n), undefined, 1005)
  expect(known.outlook('fra', at(10n), 1005).waitMs).toBe(0)
})

test('a replica that stands still is expected to lag, and the suspicion fades', () => {
  const known = knowledge()
  known.learnHead(at(10n), 0, 0)
  known.learnTide('fra', at(9n), undefined, 5000)
  expect(known.node('fra').lagMs(5000)).toBe(5000)
  expect(known.node('fra').lagMs(6000)).toBeLessThan(2600)
  expect(known.node('fra').lagMs(60_000)).toBeCloseTo(50)
})

test('a position that came from elsewhere may be new or old', () => {
  expect(knowledge().outlook('fra', at(10n), 0).likelihood).toBe(0.5)
})

test('what has a position is as old as the question that told it, at most', () => {
  const known = knowledge()
  expect(known.ageMs(at(10n), 0)).toBeUndefined()
  known.learnHead(at(10n), 100, 190)
  expect(known.ageMs(at(10n), 200)).toBe(100)
  expect(known.ageMs(at(9n), 200)).toBeUndefined()
})

test('a replica lags by the WAL that it lacks, and that suspicion fades as well', () => {
  const known = knowledge()
  known.learnHead(at(5000n), 0, 0)
  known.learnTide('fra', at(1000n), undefined, 0)
  expect(known.node('fra').lagBytes(0)).toBe(4000)
  expect(known.node('fra').lagBytes(10_000)).toBeLessThan(10)
  known.learnTide('fra', at(5000n), undefined, 1)
  expect(known.node('fra').lagBytes(1)).toBe(0)
})

test('what is slow for a node is known after a hundred answers: about one in twenty is slower', () => {
  const { nodes } = knowledge()
  const node = nodes.get('fra')
  let seed = 7
  const samples = Array.from({ length: 4000 }, () => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return 5 + 20 * (seed / 2147483648)
  })
  for (const sample of samples.slice(0, 99)) node?.tookMs(sample, 0)
  expect(node?.slowMs).toBeUndefined()
  for (const sample of samples.slice(99)) node?.tookMs(sample, 0)
  const slower = samples.filter((sample) => sample > (node?.slowMs ?? 0)).length / samples.length
  expect(slower).toBeGreaterThan(0.01)
  expect(slower).toBeLessThan(0.12)
})

test('a node that was slow once is expected to be as quick as its distance allows after a while', () => {
  const node = knowledge().node('fra')
  for (let answers = 0; answers < 50; answers++) node.tookMs(505, 0)
  expect(node.roundTripMs(0)).toBeCloseTo(505, 1)
  expect(node.roundTripMs(10_000)).toBeCloseTo(255, 1)
  expect(node.roundTripMs(200_000)).toBeCloseTo(5, 1)
})

test('one answer that takes far too long tells of a moment, and several tell of the node', () => {
  const known = knowledge()
  const near = known.node('fra')
  const homeMs = known.node('iad').roundTripMs(0)
  for (let answers = 0; answers < 10; answers++) near.tookMs(6, 0)
  near.tookMs(2000, 0)
  expect(near.roundTripMs(0)).toBeLessThan(homeMs / 4)
  for (let answers = 0; answers < 10; answers++) near.tookMs(2000, 0)
  expect(near.roundTripMs(0)).toBeGreaterThan(homeMs)
})

test('the first answers count whole, whatever the distance has promised', () => {
  const near = knowledge().node('fra')
  near.tookMs(205, 0)
  expect(near.roundTripMs(0)).toBe(45)
})

test('where a history will be told, a primary’s timeline is its epoch before', () => {
  const known = knowledge({ awaitsHistory: true })
  known.learnPrimary('fra', 2)
  expect(known.epochOf({ timeline: 2 })).toBe(2)
  expect(known.newestEpoch).toBe(2)
  // Of what was before nothing is known.
  expect(settle(at(10n), known.history)).toEqual({ outcome: 'unknown' })
  const history = { ended: [{ epoch: 1, endedAt: toLsn(20n) }], current: 2 }
  known.learnTable({ ...EMPTY_READING, history }, 0)
  expect(known.history).toEqual(history)
})

test('an answer of a newer epoch tells that the primary is another one, and not which', () => {
  const known = knowledge({ awaitsHistory: true })
  const history = { ended: [], current: 1 }
  known.learnTable({ ...EMPTY_READING, history }, 0)
  expect(known.isHeirOfPrimary(1)).toBe(false)
  known.hear(2)
  expect(known.newestEpoch).toBe(2)
  expect(known.isHeirOfPrimary(2)).toBe(true)
  // What still names the former one says nothing.
  const { primary } = known
  known.learnTable({ ...EMPTY_READING, history, primary: { epoch: 1, node: 'fra' } }, 0)
  expect(known.primary).toBe(primary)
  known.learnPrimary('fra', 2)
  expect(known.isHeirOfPrimary(2)).toBe(false)
})

test('where nothing has been told yet any primary may be the newest', () => {
  const known = knowledge({ awaitsHistory: true })
  known.hear(3)
  expect(known.isHeirOfPrimary(3)).toBe(false)
})

test('where no history is ever told all is one epoch', () => {
  const known = knowledge()
  known.learnPrimary('fra', 2)
  known.hear(3)
  expect(known.epochOf({ timeline: 2 })).toBe(1)
  expect(known.newestEpoch).toBe(1)
})
