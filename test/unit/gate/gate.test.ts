/** The gate's dealings with nodes that answer, hang or fail; what real ones do is tested in the world. */
import { expect, test } from 'vitest'

import { DriverError } from '../../../src/drivers/driver-error.ts'
import type { Driver, NodeRole, ReadAnswer } from '../../../src/drivers/driver.ts'
import { chooser } from '../../../src/gate/balance.ts'
import { Gate, type GateWork, TimeUp, Unserved } from '../../../src/gate/gate.ts'
import { Knowledge } from '../../../src/gate/knowledge.ts'
import { toLsn } from '../../../src/tide/lsn.ts'
import { toXid } from '../../../src/tide/xid.ts'

type Behaviour = 'answers' | 'hangs' | 'is unreachable'

const roles: Readonly<Record<string, NodeRole>> = { iad: 'primary', fra: 'standby', lhr: 'standby' }

function answer(role: NodeRole): ReadAnswer {
  const lsn = toLsn(10n)
  return {
    results: [],
    role,
    lo: role === 'primary' ? { xmin: toXid(7n) } : { lsn },
    hi: lsn,
    shown: [],
  }
}

/** A region each: London is farther than Frankfurt, home is farthest. */
const chance = (): number => 0

function begin(behaviours: Readonly<Record<string, Behaviour>>, hedge = 0) {
  const asked: string[] = []
  const ended: string[] = []
  const driver: Driver = {
    async read({ name }, { signal }) {
      asked.push(name)
      if (behaviours[name] === 'is unreachable') {
        throw new DriverError('unreachable', `${name} gave no answer.`, { committed: 'no' })
      }
      if (behaviours[name] === 'hangs') {
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(aborted(name)))
        })
      }
      return answer(roles[name] ?? 'standby')
    },
    write: async () => await Promise.reject(new Error('not asked for here')),
  }
  function aborted(name: string): DriverError {
    ended.push(name)
    return new DriverError('aborted', `${name} was given up on.`, { committed: 'no' })
  }
  const knowledge = new Knowledge(
    Object.entries(roles).map(([name, role], index) => ({
      name,
      role,
      weight: 1,
      roundTripMs: [90, 5, 15][index] ?? 0,
      lagMs: 10,
    })),
  )
  const gate = new Gate({
    nodes: Object.entries(roles).map(([name, role]) => ({
      driver,
      target: { name, role, url: 'postgresql://user:password@host/db' },
      region: name,
      pool: 'default',
    })),
    knowledge,
    clock: () => performance.now(),
    chance,
    choose: chooser('two-choices', chance),
    concurrency: 32,
    maxLag: { ms: 30_000, bytes: Infinity },
    hedge,
  })
  return { gate, knowledge, asked, ended }
}

function work(fields: Partial<GateWork> = {}): GateWork {
  const deadline = performance.now() + 20_000
  return { queries: [], signal: undefined, deadline, attemptMs: 10_000, ...fields }
}

const near = { route: 'nearest', pool: 'default' } as const

test('a node that hangs is given up on, and the next one is asked', async () => {
  const { gate, asked, ended } = begin({ fra: 'hangs' })
  const served = await gate.read(work({ attemptMs: 10 }), { kind: 'any' }, near)
  expect(served.node.target.name).toBe('lhr')
  expect(served.tried).toMatchObject([{ outcome: 'too slow' }, { outcome: 'served' }])
  expect(asked).toEqual(['fra', 'lhr'])
  expect(ended).toEqual(['fra'])
})

test('a node that hangs again and again is not asked any more', async () => {
  const { gate, asked } = begin({ fra: 'hangs' })
  for (let round = 0; round < 4; round++) {
    await gate.read(work({ attemptMs: 5 }), { kind: 'any' }, near)
  }
  expect(asked.filter((name) => name === 'fra')).toHaveLength(3)
})

test('the last one may take all the time there is, and then it is up', async () => {
  const { gate } = begin({ iad: 'hangs' })
  const late = work({ deadline: performance.now() + 20, attemptMs: 5 })
  await expect(gate.read(late, { kind: 'strong' }, near)).rejects.toThrow(TimeUp)
})

test('where nobody answers, it is told who was asked', async () => {
  const { gate } = begin({ iad: 'is unreachable', fra: 'is unreachable', lhr: 'is unreachable' })
  const failed = await gate.read(work(), { kind: 'any' }, near).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(Unserved)
  expect(failed).toMatchObject({ tried: [{ node: 'fra' }, { node: 'lhr' }, { node: 'iad' }] })
})

test('a caller who gives up ends it all', async () => {
  const { gate, asked } = begin({ fra: 'hangs' })
  const caller = new AbortController()
  const reading = gate.read(work({ signal: caller.signal }), { kind: 'any' }, near)
  caller.abort()
  await expect(reading).rejects.toMatchObject({ failure: 'aborted' })
  expect(asked).toEqual(['fra'])
})

test('while a node is slower than usual a second one is asked, and the first answer counts', async () => {
  const { gate, knowledge, asked, ended } = begin({ fra: 'hangs' }, 1)
  for (let sample = 0; sample < 100; sample++) knowledge.node('fra').tookMs(1, performance.now())
  const served = await gate.read(work(), { kind: 'any' }, near)
  expect(served.node.target.name).toBe('lhr')
  expect(served.reason).toBe('fra is slower than usual')
  expect(asked).toEqual(['fra', 'lhr'])
  await expect.poll(() => ended).toEqual(['fra'])
})

test('nobody is hedged before it is known what is slow, nor beyond the budget', async () => {
  const unknown = begin({ fra: 'hangs' }, 1)
  await unknown.gate.read(work({ attemptMs: 20 }), { kind: 'any' }, near)
  expect(unknown.ended).toEqual(['fra'])

  const { gate, knowledge } = begin({ fra: 'hangs' }, 0.01)
  for (let sample = 0; sample < 100; sample++) knowledge.node('fra').tookMs(1, performance.now())
  const reasons: string[] = []
  for (let round = 0; round < 2; round++) {
    const { reason } = await gate.read(work({ attemptMs: 20 }), { kind: 'any' }, near)
    reasons.push(reason)
  }
  expect(reasons[0]).toBe('fra is slower than usual')
  expect(reasons[1]).not.toBe('fra is slower than usual')
})

test('if the second one fails as well, the first may still answer', async () => {
  const { gate, knowledge } = begin({ fra: 'hangs', lhr: 'is unreachable' }, 1)
  for (let sample = 0; sample < 100; sample++) knowledge.node('fra').tookMs(1, performance.now())
  const served = await gate.read(work({ attemptMs: 50 }), { kind: 'any' }, near)
  expect(served.node.target.name).toBe('iad')
})
