import { expect, test } from 'vitest'

import { RateLimit } from '../../../gateway/http/rate-limit.ts'
import { hasReached, epochOf } from '../../../gateway/positions/histories.ts'
import { resolveSettings, variableOf } from '../../../gateway/settings/resolve.ts'
import { toLsn } from '../../../src/tide/lsn.ts'

test('so many requests a second, each client for itself', () => {
  const limit = new RateLimit(2)
  const admitted = (client: string, at: number): boolean => limit.admits(client, at)
  expect([admitted('a', 0), admitted('a', 0), admitted('a', 0), admitted('b', 0)]).toEqual([
    true,
    true,
    false,
    true,
  ])
  expect([admitted('a', 400), admitted('a', 500), admitted('a', 500)]).toEqual([false, true, false])
})

const history = { ended: [{ epoch: 1, endedAt: toLsn(100n) }], current: 3 }

test('a node has reached what its place in the history has reached', () => {
  const cases: readonly [bigint, number, bigint, boolean][] = [
    [100n, 1, 100n, true],
    [99n, 1, 100n, false],
    // Before the fork it is not in the later epoch, however far that has come.
    [100n, 3, 50n, false],
    [101n, 3, 101n, true],
    // Lost with the old primary, or shown by the new one before its history was told.
    [101n, 1, 500n, false],
    [500n, 1, 500n, true],
    [500n, 2, 1n, false],
    [500n, 4, 1n, false],
  ]
  for (const [lsn, epoch, need, has] of cases) {
    const position = { epoch, lsn: toLsn(need) }
    expect([lsn, position, hasReached(toLsn(lsn), position, history)]).toEqual([lsn, position, has])
  }
})

test('two positions on both sides of a fork have no epoch', () => {
  expect(epochOf([toLsn(50n), toLsn(100n)], history)).toBe(1)
  expect(epochOf([toLsn(101n), toLsn(200n)], history)).toBe(3)
  expect(epochOf([toLsn(100n), toLsn(101n)], history)).toBeUndefined()
})

const node = { name: 'a', host: 'db.example' }

test('settings have defaults, and a host of a node stands for itself', () => {
  expect(resolveSettings({ nodes: [node] })).toMatchObject({
    nodes: [{ name: 'a', host: 'db.example', port: 5432, role: 'primary', hosts: ['db.example'] }],
    poolSize: 10,
    listenPort: 4444,
  })
  expect(variableOf('statementTimeoutMs')).toBe('TIDEGATE_GATEWAY_STATEMENT_TIMEOUT_MS')
})

test.each([
  [{ nodes: [] }, /^nodes: /],
  [{ nodes: 'no JSON' }, /^nodes: /],
  [{ nodes: [node, node] }, /a name of its own/],
  [{ nodes: [node, { ...node, name: 'b' }] }, /hosts of its own/],
  [{ nodes: [{ ...node, name: 'a\r\nb' }] }, /name should be of letters/],
  [{ nodes: [{ ...node, ssl: 'maybe' }] }, /ssl should be/],
  [{ nodes: [node], pool: 1 }, /pool: there is no such setting/],
  [{ nodes: [node], listenPort: 70_000 }, /^listenPort: it should be a whole number from 0/],
  [{ nodes: [node], logLevel: 'loud' }, /^logLevel: it should be one of debug/],
])('%j is refused by the name of the setting', (given, message) => {
  expect(() => resolveSettings(given)).toThrow(message)
})
