import { expect, test } from 'vitest'

import { Seals } from '../../../src/client/seals.ts'
import { SessionToken } from '../../../src/client/session-token.ts'
import { Knowledge } from '../../../src/gate/knowledge.ts'
import { toLsn } from '../../../src/tide/lsn.ts'
import type { Position } from '../../../src/tide/position.ts'
import { EMPTY_TOKEN, toToken } from '../../../src/tide/token.ts'

function at(epoch: number, lsn: bigint): Position {
  return { epoch, lsn: toLsn(lsn) }
}

const forked = { ended: [{ epoch: 1, endedAt: toLsn(20n) }], current: 2 }

const seals = new Seals(async (): Promise<[]> => await Promise.resolve([]))

function begin(): { known: Knowledge; token: SessionToken } {
  const known = new Knowledge([], { awaitsHistory: true })
  return { known, token: new SessionToken(known, undefined, seals) }
}

test('what a replaced primary acknowledges to a session of a later epoch is lost, and told', () => {
  const { known, token } = begin()
  known.history = forked
  token.wrote(at(2, 30n))
  expect(token.lost).toBe(false)
  token.wrote(at(1, 40n))
  expect(token.lost).toBe(true)
})

test('what a session of a later epoch sees of before the fork is not lost', () => {
  const { known, token } = begin()
  known.history = forked
  token.wrote(at(2, 30n))
  token.read(at(1, 10n), undefined)
  expect([token.lost, token.doubtful]).toEqual([false, false])
})

test('nobody can tell what an older answer was worth before the later history is told', () => {
  const { token } = begin()
  token.read(at(2, 30n), undefined)
  token.wrote(at(1, 40n))
  expect(token.doubtful).toBe(true)
})

test('an answer of a later epoch casts doubt on what went before, until the fork is known', async () => {
  const { known, token } = begin()
  token.wrote(at(1, 10n))
  known.history = { ended: [], current: 2 }
  token.read(at(2, 30n), undefined)
  expect(token.doubtful).toBe(true)
  expect(await token.current()).toMatchObject(at(2, 30n))
})

async function sealed(...positions: readonly Position[]): Promise<string> {
  const texts = await Promise.all(positions.map(async (each) => await seals.seal(toToken(each))))
  return texts.join('.')
}

test('of several tokens that come together the session has all', async () => {
  const known = new Knowledge([], {})
  const token = new SessionToken(known, await sealed(at(1, 10n), at(1, 30n), at(1, 20n)), seals)
  expect(await token.current()).toMatchObject(at(1, 30n))
  expect(await token.moved()).toBe(true)
})

test('what one of several tokens has lost is told', async () => {
  const known = new Knowledge([], {})
  known.history = forked
  const token = new SessionToken(known, await sealed(at(2, 40n), at(1, 30n)), seals)
  await token.current()
  expect(token.lost).toBe(true)
})

test('more tokens than queries run side by side are not opened', async () => {
  const many = await sealed(...Array.from({ length: 17 }, () => at(1, 10n)))
  const token = new SessionToken(new Knowledge([], {}), many, seals)
  expect(await token.current()).toEqual(EMPTY_TOKEN)
  expect(token.refused).toBe('TOKEN_MALFORMED')
})
