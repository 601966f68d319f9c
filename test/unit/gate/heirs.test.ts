/** When the replicas are asked who has taken the primary's place; real failovers are in the world. */
import { expect, test } from 'vitest'

import type { Driver, NodeRole, ReadAnswer } from '../../../src/drivers/driver.ts'
import type { GateWork } from '../../../src/gate/gate.ts'
import { Heirs } from '../../../src/gate/heirs.ts'
import { Knowledge } from '../../../src/gate/knowledge.ts'
import { Nodes } from '../../../src/gate/nodes.ts'
import { toLsn } from '../../../src/tide/lsn.ts'

type Says = { readonly role: NodeRole; readonly timeline: number } | 'nothing'

const names = ['iad', 'fra', 'lhr']

function answer({ role, timeline }: Exclude<Says, 'nothing'>): ReadAnswer {
  const lsn = toLsn(10n)
  return { results: [], role, timeline, lo: { lsn }, hi: lsn, shown: [] }
}

function begin(says: Readonly<Record<string, Says>>) {
  const asked: string[] = []
  let now = 0
  const driver: Driver = {
    async read({ name }, { signal }) {
      asked.push(name)
      const word = says[name] ?? 'nothing'
      if (word !== 'nothing') return answer(word)
      return await new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('it was given up on')))
      })
    },
    write: async () => await Promise.reject(new Error('not asked for here')),
  }
  const seeds = names.map((name, at): { name: string; role: NodeRole } => ({
    name,
    role: at === 0 ? 'primary' : 'standby',
  }))
  const knowledge = new Knowledge(
    seeds.map((seed) => ({ ...seed, weight: 1, roundTripMs: 10, lagMs: 10 })),
  )
  const clock = (): number => now
  const nodes = new Nodes({
    nodes: seeds.map(({ name, role }) => ({
      driver,
      target: { name, role, url: 'postgresql://user:password@host/db' },
      region: name,
      pool: 'default',
    })),
    knowledge,
    clock,
    chance: () => 0,
  })
  const failing = (): void => {
    for (let each = 0; each < 3; each++) nodes.failed('iad')
  }
  const heirs = new Heirs(nodes, { knowledge, clock })
  return { heirs, knowledge, asked, failing, pass: (ms: number) => void (now += ms) }
}

function work(fields: Partial<GateWork> = {}): GateWork {
  return { queries: [], signal: undefined, deadline: 20_000, attemptMs: 10_000, ...fields }
}

test('a primary that answers is not doubted', async () => {
  const { heirs, asked } = begin({})
  expect(await heirs.seek(0, work())).toBe(false)
  expect(asked).toEqual([])
})

test('one that fails again and again may be gone: its replicas are asked, once a second', async () => {
  const standby = { role: 'standby', timeline: 1 } as const
  const { heirs, knowledge, asked, failing, pass } = begin({ fra: standby, lhr: standby })
  failing()
  for (const ms of [0, 500, 500]) {
    pass(ms)
    expect(await heirs.seek(0, work())).toBe(false)
  }
  expect(asked).toEqual(['fra', 'lhr', 'fra', 'lhr'])
  expect(knowledge.primary).toBe('iad')
})

test('nobody waits for a replica that is silent once another says that it is primary', async () => {
  const { heirs, knowledge } = begin({ fra: 'nothing', lhr: { role: 'primary', timeline: 2 } })
  expect(await heirs.find(work())).toBe('lhr')
  expect(knowledge.primary).toBe('lhr')
})

test('where all are silent the search takes no longer than one of them may', async () => {
  const { heirs, knowledge } = begin({})
  expect(await heirs.find(work({ attemptMs: 10 }))).toBeUndefined()
  expect(knowledge.primary).toBe('iad')
})

test('who says that it is primary on an older timeline is no heir', async () => {
  const { heirs, knowledge } = begin({
    fra: { role: 'primary', timeline: 2 },
    lhr: { role: 'standby', timeline: 3 },
  })
  knowledge.learnPrimary('iad', 3)
  expect(await heirs.find(work())).toBeUndefined()
  expect(knowledge.primary).toBe('iad')
})
