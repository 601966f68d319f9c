import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { decodeHistory, encodeHistory } from '../../../src/tide/history-text.ts'
import { forkHistory, type History, locate, settle } from '../../../src/tide/history.ts'
import { LSN_ZERO, parseLsn, toLsn } from '../../../src/tide/lsn.ts'
import { POSITION_ZERO, reaches } from '../../../src/tide/position.ts'
import { anyPosition, errorOf } from './arbitraries.ts'
import { anyCluster } from './forked-wal.ts'

const firstFork = parseLsn('0/5000')
const secondFork = parseLsn('0/8000')
const history: History = {
  ended: [
    { epoch: 1, endedAt: firstFork },
    { epoch: 2, endedAt: secondFork },
  ],
  current: 3,
}

describe('locate', () => {
  test.each([
    ['0/1', 1],
    ['0/5000', 1],
    ['0/5001', 2],
    ['0/8000', 2],
    ['0/8001', 3],
  ])('%s lies in epoch %i', (text, epoch) => {
    expect(locate(parseLsn(text), history)).toEqual({ epoch, lsn: parseLsn(text) })
  })

  test('a standby that lags behind the fork is not newer than the writes before it', () => {
    const write = { epoch: 1, lsn: parseLsn('0/4000') }

    expect(reaches(locate(parseLsn('0/3000'), history), write)).toBe(false)
    expect(reaches(locate(parseLsn('0/4000'), history), write)).toBe(true)
  })
})

describe('settle', () => {
  test('up to where its epoch ended a position is kept', () => {
    const need = { epoch: 1, lsn: firstFork }
    expect(settle(need, history)).toEqual({ outcome: 'kept', need })
  })

  test('one byte further it is lost, and the same place in today’s epoch is asked for', () => {
    const lsn = toLsn(firstFork + 1n)
    expect(settle({ epoch: 1, lsn }, history)).toEqual({ outcome: 'lost', need: { epoch: 3, lsn } })
  })

  test('a position of the current epoch is kept however high', () => {
    const need = { epoch: 3, lsn: parseLsn('FF/0') }
    expect(settle(need, history)).toEqual({ outcome: 'kept', need })
  })

  test('an epoch from the future, or one that this history does not know, is unknown', () => {
    const later: History = { ended: [{ epoch: 4, endedAt: secondFork }], current: 6 }
    for (const epoch of [1, 3, 5, 7]) {
      expect(settle({ epoch, lsn: parseLsn('0/1') }, later)).toEqual({ outcome: 'unknown' })
    }
  })

  test('asking nothing is met in a history that begins later', () => {
    const later: History = { ended: [], current: 7 }
    expect(settle(POSITION_ZERO, later)).toEqual({ outcome: 'kept', need: POSITION_ZERO })
  })
})

describe('a promotion', () => {
  test('ends the current epoch where the new one goes on', () => {
    expect(forkHistory({ ended: [], current: 1 }, 2, firstFork)).toEqual({
      ended: [{ epoch: 1, endedAt: firstFork }],
      current: 2,
    })
  })

  test('of a standby that lags behind an earlier fork ends the epochs after it there too', () => {
    const early = parseLsn('0/4000')
    const forked = forkHistory(history, 4, early)

    expect(forked.ended.map(({ endedAt }) => endedAt)).toEqual([early, early, early])
    expect(settle({ epoch: 1, lsn: firstFork }, forked)).toEqual({
      outcome: 'lost',
      need: { epoch: 4, lsn: firstFork },
    })
  })

  test.each([3, 2, 0, 3.5])('to epoch %s from epoch 3 is refused', (epoch) => {
    expect(() => forkHistory(history, epoch, secondFork)).toThrow(errorOf('POSITION_MALFORMED'))
  })
})

describe('as text', () => {
  test('is the current epoch, then the last position of each ended one', () => {
    const parts = '00000003 000000010000000000005000 000000020000000000008000'
    expect(encodeHistory(history)).toBe(parts.replaceAll(' ', ''))
  })

  test('every history survives the way through text', () => {
    fc.assert(
      fc.property(anyCluster, (cluster) => {
        expect(decodeHistory(encodeHistory(cluster.history))).toEqual(cluster.history)
      }),
    )
  })

  test('a later history is the greater string, so that raising a field keeps it', () => {
    fc.assert(
      fc.property(anyCluster, anyPosition, (cluster, { lsn }) => {
        const later = forkHistory(cluster.history, cluster.history.current + 1, lsn)
        expect(encodeHistory(later) > encodeHistory(cluster.history)).toBe(true)
      }),
    )
  })

  test.each([
    ['nothing', ''],
    ['something behind it', '00000003 g'],
    ['half an epoch', '0000'],
    ['half a position', '00000003 00000001'],
    ['an epoch zero', '00000000'],
    ['upper-case digits', '0000000A'],
    ['an ended epoch that is the current one', '00000003 000000030000000000005000'],
    ['an epoch twice', '00000003 000000010000000000005000 000000010000000000006000'],
    ['descending epochs', '00000003 000000020000000000005000 000000010000000000008000'],
    ['descending ends', '00000003 000000010000000000008000 000000020000000000005000'],
  ])('%s is refused', (_, parts) => {
    expect(() => decodeHistory(parts.replaceAll(' ', ''))).toThrow(errorOf('POSITION_MALFORMED'))
  })

  test('a history that is none is not written', () => {
    const endless: History = { ended: [{ epoch: 3, endedAt: LSN_ZERO }], current: 3 }
    expect(() => encodeHistory(endless)).toThrow(errorOf('POSITION_MALFORMED'))
  })
})
