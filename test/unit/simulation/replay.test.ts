import { expect, test } from 'vitest'

import { Dice } from '../../../simulation/engine/dice.ts'
import { Network } from '../../../simulation/world/network.ts'
import { Replay } from '../../../simulation/world/replay.ts'
import { Wal } from '../../../simulation/world/wal.ts'

function begin(alone: ReadonlyMap<string, readonly { from: number; to: number }[]> = new Map()) {
  const wal = new Wal(10, 2)
  const network = new Network(new Dice(1, 'network'), 1, alone)
  const dice = new Dice(1, 'replay')
  const replay = new Replay({ wal, network, dice, home: 'iad', region: 'syd', stalls: [] })
  const commit = (row: number, at: number): number => {
    const xid = wal.begin()
    const number = wal.append(xid, row, 400, at, at, 0.1)
    wal.decided(xid)
    return number
  }
  return { wal, network, replay, commit }
}

test('a replica shows a commit no sooner than light can bring it', () => {
  const { network, replay, commit } = begin()
  const number = commit(1, 1000)
  expect(replay.appliedBy(1000 + network.wayMs('iad', 'syd'))).toBe(0)
  expect(replay.appliedBy(10_000)).toBe(number)
  expect(replay.timeOf(commit(1, 20_000))).toBeGreaterThan(20_000 + network.wayMs('iad', 'syd'))
})

test('while its region is alone it gets nothing, and then all of it in order', () => {
  const { replay, commit } = begin(new Map([['syd', [{ from: 5000, to: 9000 }]]]))
  const numbers = [5100, 6000, 8999].map((at) => commit(1, at))
  expect(replay.appliedBy(9000)).toBe(0)
  const times = numbers.map((number) => replay.timeOf(number))
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(times[0]).toBeGreaterThan(9000)
  expect(replay.appliedBy(20_000)).toBe(3)
})

test('what was lost with a primary is in no version and no snapshot', () => {
  const { wal, replay, commit } = begin()
  const kept = commit(3, 1000)
  const lost = commit(3, 2000)
  expect(replay.appliedBy(5000)).toBe(lost)
  wal.fork(kept)
  replay.follow('fra', 5000)
  const later = commit(3, 6000)
  expect(wal.surviving(lost)).toBe(kept)
  expect(wal.versionAsOf(3, lost)).toBe(kept)
  expect(wal.successor(3, kept)?.at).toBe(6000)
  expect(wal.commit(later).position.epoch).toBe(2)
  // The new history goes on where the old one ends.
  expect(wal.commit(later).position.lsn).toBe(wal.commit(kept).position.lsn + 400n)
  expect(replay.appliedBy(20_000)).toBe(later)
  expect(wal.numberOf(wal.commit(later).position)).toBe(later)
})

test('on the primary a commit shows a moment after it is in the WAL, and xmin waits for it', () => {
  const { wal } = begin()
  const xid = wal.begin()
  const number = wal.append(xid, 4, 400, 1000, 1000, 5)
  expect(wal.end).toBe(number)
  expect(wal.versionShownAt(4, 1004)).toBe(0)
  expect(wal.xmin).toBe(xid)
  wal.decided(xid)
  expect(wal.versionShownAt(4, 1005)).toBe(number)
  expect(wal.xmin).toBe(xid + 1n)
})
