/** `locate` and `settle` against a model that follows every record through every fork. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { locate, settle } from '../../../src/tide/history.ts'
import { toLsn } from '../../../src/tide/lsn.ts'
import { comparePositions, reaches } from '../../../src/tide/position.ts'
import { anyCluster, everyWrite, placesOf, shownBy } from './forked-wal.ts'

test('a node shows a write that was kept exactly if it reaches what its session needs', () => {
  fc.assert(
    fc.property(anyCluster, (cluster) => {
      for (const write of everyWrite(cluster)) {
        const settled = settle(write.bornAt, cluster.history)
        if (settled.outcome !== 'kept') continue
        for (const replayed of placesOf(cluster.today)) {
          const reached = reaches(locate(replayed, cluster.history), settled.need)
          expect(reached).toBe(shownBy(cluster.today, replayed).has(write))
        }
      }
    }),
  )
})

test('a write is told lost exactly if it is not in the WAL of today', () => {
  fc.assert(
    fc.property(anyCluster, (cluster) => {
      const survivors = new Set(cluster.today.wal)
      for (const write of everyWrite(cluster)) {
        const { outcome } = settle(write.bornAt, cluster.history)
        expect(outcome).toBe(survivors.has(write) ? 'kept' : 'lost')
      }
    }),
  )
})

test('a session that lost a write goes on from a place that shows all that survived of its branch', () => {
  fc.assert(
    fc.property(anyCluster, (cluster) => {
      const survivors = new Set(cluster.today.wal)
      for (const branch of cluster.branches) {
        for (const write of branch.wal) {
          const settled = settle(write.bornAt, cluster.history)
          if (settled.outcome !== 'lost') continue
          const seen = [...shownBy(branch, write.bornAt.lsn)].filter((one) => survivors.has(one))
          for (const replayed of placesOf(cluster.today)) {
            if (!reaches(locate(replayed, cluster.history), settled.need)) continue
            const shown = shownBy(cluster.today, replayed)
            expect(seen.every((one) => shown.has(one))).toBe(true)
          }
        }
      }
    }),
  )
})

test('such a session can go on: the primary is in its epoch or a later one, and other nodes will be', () => {
  fc.assert(
    fc.property(anyCluster, (cluster) => {
      const { epoch } = cluster.today
      for (const write of everyWrite(cluster)) {
        const settled = settle(write.bornAt, cluster.history)
        if (settled.outcome === 'unknown') throw new Error('The model knows every epoch.')
        expect(settled.need.epoch).toBeLessThanOrEqual(epoch)
        const grown = toLsn(settled.need.lsn + cluster.today.end)
        expect(reaches({ epoch, lsn: grown }, settled.need)).toBe(true)
      }
    }),
  )
})

test('what was seen of today’s branch before its history was told is not given up', () => {
  fc.assert(
    fc.property(anyCluster, ({ today, history }) => {
      for (const former of history.ended) {
        for (const place of placesOf(today)) {
          // Who has not heard of the fork calls all that it sees part of the epoch it knows.
          const settled = settle({ epoch: former.epoch, lsn: place }, history)
          if (settled.outcome === 'unknown') throw new Error('The model knows every epoch.')
          for (const replayed of placesOf(today)) {
            if (!reaches(locate(replayed, history), settled.need)) continue
            expect(replayed).toBeGreaterThanOrEqual(place)
          }
        }
      }
    }),
  )
})

test('a node that still shows a lost write does not reach the need of its session', () => {
  fc.assert(
    fc.property(anyCluster, (cluster) => {
      for (const branch of cluster.branches) {
        for (const { bornAt } of branch.wal) {
          const settled = settle(bornAt, cluster.history)
          if (settled.outcome !== 'lost') continue
          expect(reaches({ epoch: branch.epoch, lsn: branch.end }, settled.need)).toBe(false)
        }
      }
    }),
  )
})

test('what is settled stays settled', () => {
  fc.assert(
    fc.property(anyCluster, (cluster) => {
      for (const write of everyWrite(cluster)) {
        const settled = settle(write.bornAt, cluster.history)
        if (settled.outcome === 'unknown') throw new Error('The model knows every epoch.')
        expect(settle(settled.need, cluster.history)).toEqual({
          outcome: 'kept',
          need: settled.need,
        })
      }
    }),
  )
})

test('locating keeps the order of what has been replayed, and gives a write where it was born', () => {
  fc.assert(
    fc.property(anyCluster, ({ today, history }) => {
      const places = placesOf(today).map((lsn) => locate(lsn, history))
      expect(places).toEqual(places.toSorted(comparePositions))
      for (const { bornAt } of today.wal) expect(locate(bornAt.lsn, history)).toEqual(bornAt)
    }),
  )
})
