import { describe, expect, test } from 'vitest'

import { chooser } from '../../../src/gate/balance.ts'
import { decide, type Option } from '../../../src/gate/decide.ts'
import type { Need } from '../../../src/gate/need.ts'
import { toLsn } from '../../../src/tide/lsn.ts'
import { toToken } from '../../../src/tide/token.ts'

const at = (lsn: bigint): { epoch: number; lsn: ReturnType<typeof toLsn> } => ({
  epoch: 1,
  lsn: toLsn(lsn),
})

function option(name: string, fields: Partial<Option> = {}): Option {
  return {
    name,
    region: name.slice(0, 3),
    role: 'standby',
    tide: at(0n),
    at: undefined,
    costMs: 5,
    weight: 1,
    inFlight: 0,
    outlook: { likelihood: 0.5, waitMs: 0, waitIsKnown: false },
    waits: false,
    admits: true,
    drained: false,
    ...fields,
  }
}

const home = option('iad-1', { role: 'primary', costMs: 90 })
const choose = chooser('two-choices', () => 0)
const session: Need = { kind: 'token', token: toToken(at(100n)) }

function names(
  need: Need,
  options: Option[],
  route: 'nearest' | 'primary' | 'replica' = 'nearest',
): string[] {
  return decide(need, options, route, choose).map(({ name }) => name)
}

describe('a read of a session', () => {
  test('goes to the nearest replica that is known to have what the session asks', () => {
    const near = option('fra-1', {
      costMs: 5,
      tide: at(50n),
      outlook: { likelihood: 0, waitMs: 0, waitIsKnown: false },
    })
    const far = option('lhr-1', { costMs: 15, tide: at(100n) })
    expect(names(session, [home, near, far])[0]).toBe('lhr-1')
  })

  test('goes home when the only replica is surely behind', () => {
    const behind = option('fra-1', {
      tide: at(99n),
      outlook: { likelihood: 0, waitMs: 0, waitIsKnown: false },
      costMs: 20,
    })
    expect(names(session, [home, behind])[0]).toBe('iad-1')
  })

  test('tries a near replica that may have caught up before it goes far', () => {
    const maybe = option('fra-1', {
      tide: at(99n),
      outlook: { likelihood: 0.5, waitMs: 0, waitIsKnown: false },
    })
    expect(names(session, [home, maybe]).slice(0, 2)).toEqual(['fra-1', 'iad-1'])
  })

  test('waits at a replica only as long as that is cheaper than going home', () => {
    const waits = option('fra-1', {
      waits: true,
      outlook: { likelihood: 0, waitMs: 30, waitIsKnown: false },
    })
    const [attempt] = decide(session, [home, waits], 'nearest', choose)
    expect(attempt).toMatchObject({ name: 'fra-1' })
    expect(attempt?.waitMs).toBeGreaterThanOrEqual(30)
    expect(attempt?.waitMs).toBeLessThanOrEqual(85)

    const tooSlow = option('fra-1', {
      waits: true,
      outlook: { likelihood: 0, waitMs: 86, waitIsKnown: false },
    })
    expect(names(session, [home, tooSlow])[0]).toBe('iad-1')
  })

  test('goes past a replica that is broken, full or drained, and asks it only when all else failed', () => {
    const broken = option('fra-1', { tide: at(100n), admits: false })
    const drained = option('lhr-1', { tide: at(100n), drained: true })
    expect(names(session, [home, broken, drained])).toEqual(['iad-1', 'fra-1'])
  })
})

test('a strong read goes home and nowhere else', () => {
  expect(names({ kind: 'strong' }, [home, option('fra-1', { tide: at(100n) })])).toEqual(['iad-1'])
})

test('any answer comes from the nearest node, and from home only if it is nearest', () => {
  expect(names({ kind: 'any' }, [home, option('fra-1')])[0]).toBe('fra-1')
  const here = { ...home, costMs: 1 }
  expect(names({ kind: 'any' }, [here, option('fra-1')])[0]).toBe('iad-1')
})

test('a bounded read prefers the replica whose clock is known to suffice', () => {
  const need: Need = { kind: 'within', since: 1000 }
  const old = option('fra-1', {
    at: 900,
    outlook: { likelihood: 0, waitMs: 0, waitIsKnown: false },
  })
  const fresh = option('lhr-1', { at: 1000, costMs: 20 })
  expect(names(need, [home, old, fresh])[0]).toBe('lhr-1')
})

test('a read that must stay on replicas never goes home', () => {
  const replica = option('fra-1', { outlook: { likelihood: 0, waitMs: 0, waitIsKnown: false } })
  expect(names(session, [home, replica], 'replica')).toEqual(['fra-1'])
})

test('of two nodes of a region the better one is asked first', () => {
  const busy = option('fra-1', { costMs: 50 })
  const idle = option('fra-2', { costMs: 5 })
  expect(names({ kind: 'any' }, [home, busy, idle]).slice(0, 2)).toEqual(['fra-2', 'fra-1'])
})

test('of two nodes of a region the one that is surely new enough is asked first, whoever has the turn', () => {
  const behind = option('fra-1', {
    tide: at(99n),
    outlook: { likelihood: 0.9, waitMs: 0, waitIsKnown: false },
  })
  const sure = option('fra-2', { tide: at(100n), costMs: 6 })
  const turns = chooser('round-robin', () => 0)
  for (let turn = 0; turn < 4; turn++) {
    const [first] = decide(session, [home, behind, sure], 'nearest', turns)
    expect(first?.name).toBe('fra-2')
  }
})

test('neighbours take turns, and stay before anybody farther away', () => {
  const turns = chooser('round-robin', () => 0)
  const nodes = [
    home,
    option('fra-1'),
    option('fra-2', { costMs: 9 }),
    option('lhr-1', { costMs: 20 }),
  ]
  const orders = [1, 2].map(() =>
    decide({ kind: 'any' }, nodes, 'nearest', turns).map(({ name }) => name),
  )
  expect(orders).toEqual([
    ['fra-1', 'fra-2', 'lhr-1', 'iad-1'],
    ['fra-2', 'fra-1', 'lhr-1', 'iad-1'],
  ])
})

test('a replica that cannot wait itself is asked a moment later, if that is cheaper than going home', () => {
  const soon = { likelihood: 0, waitMs: 20, waitIsKnown: true }
  const [first, second] = decide(
    session,
    [home, option('fra-1', { outlook: soon })],
    'nearest',
    choose,
  )
  expect(first).toMatchObject({ name: 'fra-1', delayMs: 20, waitMs: 0 })
  expect(second).toMatchObject({ name: 'iad-1', delayMs: 0 })

  const late = { ...soon, waitMs: 80 }
  expect(names(session, [home, option('fra-1', { outlook: late })])[0]).toBe('iad-1')
  const guessed = { ...soon, waitIsKnown: false }
  const [atOnce] = decide(session, [home, option('fra-1', { outlook: guessed })], 'nearest', choose)
  expect(atOnce?.delayMs).toBe(0)
})
