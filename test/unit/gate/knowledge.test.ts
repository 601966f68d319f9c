import { expect, test } from 'vitest'

import { Knowledge, NodeKnowledge } from '../../../src/gate/knowledge.ts'
import { toLsn } from '../../../src/tide/lsn.ts'
import type { Position } from '../../../src/tide/position.ts'

function at(lsn: bigint): Position {
  return { epoch: 1, lsn: toLsn(lsn) }
}

function knowledge(): Knowledge {
  return new Knowledge([
    new NodeKnowledge('iad', 'primary', 90, 0),
    new NodeKnowledge('fra', 'standby', 5, 50),
  ])
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
  known.learnHead(at(10n), 1000)
  expect(known.expectedWaitMs('fra', at(10n), 1000)).toBe(50)
  expect(known.expectedWaitMs('fra', at(10n), 1030)).toBe(20)
  expect(known.expectedWaitMs('fra', at(10n), 1100)).toBe(0)
  known.learnTide('fra', at(10n), undefined, 1005)
  expect(known.expectedWaitMs('fra', at(10n), 1005)).toBe(0)
})

test('a replica that stands still is expected to lag, and the suspicion fades', () => {
  const known = knowledge()
  known.learnHead(at(10n), 0)
  known.learnTide('fra', at(9n), undefined, 5000)
  expect(known.node('fra').lagMs(5000)).toBe(5000)
  expect(known.node('fra').lagMs(6000)).toBeLessThan(2600)
  expect(known.node('fra').lagMs(60_000)).toBeCloseTo(50)
})

test('a position that came from elsewhere may be new or old', () => {
  expect(knowledge().likelihood('fra', at(10n), 0)).toBe(0.5)
})
