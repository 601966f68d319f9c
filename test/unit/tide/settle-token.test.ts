import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { covers } from '../../../src/tide/covers.ts'
import { type History, locate } from '../../../src/tide/history.ts'
import { parseLsn, toLsn } from '../../../src/tide/lsn.ts'
import { settleToken } from '../../../src/tide/settle-token.ts'
import { EMPTY_TOKEN, toToken } from '../../../src/tide/token.ts'
import { toXid } from '../../../src/tide/xid.ts'
import { anyCluster, everyWrite, placesOf, shownBy } from './forked-wal.ts'

const fork = parseLsn('0/5000')
const history: History = { ended: [{ epoch: 1, endedAt: fork }], current: 2 }
const fromTheFork = toToken({ epoch: 2, lsn: fork })

test('a token of the current epoch is kept as it is', () => {
  const token = toToken({ epoch: 2, lsn: parseLsn('0/1'), xids: [toXid(7n)], xmin: toXid(3n) })
  expect(settleToken(token, history)).toEqual({ outcome: 'kept', token })
})

test('a token of positions up to the fork is kept as it is', () => {
  const token = toToken({ epoch: 1, lsn: fork })
  expect(settleToken(token, history)).toEqual({ outcome: 'kept', token })
})

test('a token past the fork is lost, and asks for the same place in today’s epoch', () => {
  const token = toToken({ epoch: 1, lsn: toLsn(fork + 1n), xids: [toXid(7n)] })
  const there = toToken({ epoch: 2, lsn: toLsn(fork + 1n) })
  expect(settleToken(token, history)).toEqual({ outcome: 'lost', token: there })
})

test('of transactions of an ended epoch nobody can tell, and the new primary is not asked', () => {
  for (const token of [
    toToken({ epoch: 1, xids: [toXid(7n)] }),
    toToken({ epoch: 1, xmin: toXid(7n) }),
  ]) {
    expect(settleToken(token, history)).toEqual({ outcome: 'doubtful', token: fromTheFork })
  }
})

test('a token of an epoch that the history does not know is unknown', () => {
  expect(settleToken(toToken({ epoch: 3 }), history)).toEqual({ outcome: 'unknown' })
})

test('a session that asks nothing is never in doubt', () => {
  const later: History = { ended: [], current: 7 }
  expect(settleToken(EMPTY_TOKEN, later)).toEqual({ outcome: 'kept', token: EMPTY_TOKEN })
})

test('after any forks, a replica that covers the settled token shows the write if it survived', () => {
  fc.assert(
    fc.property(anyCluster, (cluster) => {
      for (const write of everyWrite(cluster)) {
        const byPosition = toToken(write.bornAt)
        const byXid = toToken({ epoch: write.bornAt.epoch, xids: [toXid(7n)] })
        for (const token of [byPosition, byXid]) {
          const settled = settleToken(token, cluster.history)
          if (settled.outcome === 'unknown') throw new Error('The model knows every epoch.')
          const survived = cluster.today.wal.includes(write)
          for (const replayed of placesOf(cluster.today)) {
            if (!survived || !covers(locate(replayed, cluster.history), settled.token)) continue
            expect(shownBy(cluster.today, replayed).has(write)).toBe(true)
          }
        }
      }
    }),
  )
})
