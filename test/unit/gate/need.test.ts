import { expect, test } from 'vitest'

import { meets, type Need, type Sight, suffices } from '../../../src/gate/need.ts'
import { toLsn } from '../../../src/tide/lsn.ts'
import { toToken } from '../../../src/tide/token.ts'
import { parseXid } from '../../../src/tide/xid.ts'

const at = (lsn: bigint): { epoch: number; lsn: ReturnType<typeof toLsn> } => ({
  epoch: 1,
  lsn: toLsn(lsn),
})

function standby(fields: Partial<Sight> = {}): Sight {
  return { role: 'standby', lo: at(10n), hi: at(12n), shown: [], at: undefined, ...fields }
}

function token(fields: Partial<Parameters<typeof toToken>[0]>): Need {
  return { kind: 'token', token: toToken({ epoch: 1, ...fields }) }
}

test('a replica meets a token up to its lower bound, not up to its upper one', () => {
  expect(meets(token({ lsn: toLsn(10n) }), standby())).toBe(true)
  expect(meets(token({ lsn: toLsn(11n) }), standby())).toBe(false)
})

test('transactions known by id are met only if the answer has shown each of them', () => {
  const [a, b] = [parseXid('7'), parseXid('8')]
  expect(meets(token({ xids: [a, b] }), standby({ shown: [a, b] }))).toBe(true)
  expect(meets(token({ xids: [a, b] }), standby({ shown: [a] }))).toBe(false)
})

test('an answer without an upper bound is no answer for a session', () => {
  expect(meets(token({}), standby({ hi: undefined }))).toBe(false)
  expect(meets({ kind: 'any' }, standby({ hi: undefined }))).toBe(true)
})

test('a bound in time is met by a clock that is known, and never by one that is not', () => {
  expect(meets({ kind: 'within', since: 5 }, standby({ at: 5 }))).toBe(true)
  expect(meets({ kind: 'within', since: 5 }, standby({ at: 4 }))).toBe(false)
  expect(meets({ kind: 'within', since: 5 }, standby())).toBe(false)
})

test('a bound in time is not met by one that has not heard of the newest epoch, primary or not', () => {
  const ofFirst: Need = { kind: 'within', since: 5, epoch: 1 }
  const ofSecond: Need = { kind: 'within', since: 5, epoch: 2 }
  const former: Sight = { ...standby({ at: 5 }), role: 'primary' }
  for (const sight of [standby({ at: 5 }), former]) {
    expect(meets(ofFirst, sight)).toBe(true)
    expect(meets(ofSecond, sight)).toBe(false)
  }
  const known = { tide: at(10n), at: 5 }
  expect(suffices(ofFirst, known)).toBe(true)
  expect(suffices(ofSecond, known)).toBe(false)
})

test('only the primary is newest, and one of an older epoch meets nothing of a newer', () => {
  const primary: Sight = { ...standby(), role: 'primary', lo: { epoch: 1, xmin: parseXid('9') } }
  expect(meets({ kind: 'strong' }, primary)).toBe(true)
  expect(meets({ kind: 'strong', epoch: 1 }, primary)).toBe(true)
  expect(meets({ kind: 'strong', epoch: 2 }, primary)).toBe(false)
  expect(meets({ kind: 'strong' }, standby())).toBe(false)
  expect(meets(token({ lsn: toLsn(99n) }), primary)).toBe(true)
  expect(meets(token({ epoch: 2 }), primary)).toBe(false)
})
