import { describe, expect, test } from 'vitest'

import { isTidegateError } from '../../../src/errors.ts'
import {
  createSqlPolicy,
  type Decision,
  footprint,
  type SqlPolicy,
} from '../../../src/sql/index.ts'

function decide(policy: SqlPolicy, sql: string): Decision {
  return policy.decide(sql, footprint(sql, policy.catalog()))
}

describe('declared functions', () => {
  const catalog = createSqlPolicy({
    functions: { readOnly: ['visible_to', 'app.*'], cacheable: ['slug', 'st_*'] },
  }).catalog()

  test('that only read let a statement be a read, of unknown tables', () => {
    expect(footprint('select visible_to(1), app.any_thing() from t', catalog)).toMatchObject({
      kind: 'read',
      cacheable: false,
      tables: { read: 'unknown' },
    })
  })

  test('that depend on their arguments alone may be cached', () => {
    expect(footprint('select slug(a), st_distance(b, c) from t', catalog)).toMatchObject({
      kind: 'read',
      cacheable: true,
      tables: { read: [{ name: 't' }] },
    })
  })

  test('are those only: others stay writes', () => {
    expect(footprint('select slug(other(1))', catalog).kind).toBe('write')
    expect(footprint('select other.visible_to(1)', catalog).kind).toBe('write')
    expect(footprint("select slug('x'), nextval('s')", catalog).kind).toBe('write')
  })

  test('stand in front of another catalog', () => {
    const base = { functionEffect: () => 'write' as const }
    const both = createSqlPolicy({ functions: { cacheable: ['slug'] } }).catalog(base)
    expect(footprint('select slug(1)', both).kind).toBe('read')
    expect(footprint('select other(1)', both).kind).toBe('write')
  })
})

describe('primary tables', () => {
  const policy = createSqlPolicy({
    primaryTables: ['ledger', 'billing.*'],
    rules: [{ table: 'ledger', route: 'replica' }],
  })

  test.for([
    'select * from ledger',
    'select * from public.ledger, users',
    'select * from billing.invoices',
    'update ledger set a = 1',
    'select mine()',
  ])('%s goes to the primary, whatever the rules say', (sql) => {
    expect(decide(policy, sql)).toEqual({ rule: 'primaryTables', outcome: { route: 'primary' } })
  })

  test.for(['select * from users', 'select * from app.ledger', 'select 1'])('%s may go', (sql) => {
    expect(decide(policy, sql).rule).toBeUndefined()
  })
})

describe('rules', () => {
  const reports = 'select count(*) from orders where at > $1'
  const policy = createSqlPolicy({
    rules: [
      { name: 'reports', fingerprint: footprint(reports).fingerprint, pool: 'slow' },
      { table: 'reports.*', route: 'replica', freshness: { within: 5000 } },
      { name: 'orders', table: 'orders', freshness: 'strong', cache: false },
      { text: /\bcountries\b/i, freshness: 'any', cache: true },
    ],
  })

  test('are asked in their order, the first that matches decides', () => {
    expect(decide(policy, 'SELECT count(*) FROM orders WHERE at > 5')).toMatchObject({
      rule: 'reports',
      outcome: { pool: 'slow' },
    })
    expect(decide(policy, 'select * from orders')).toMatchObject({
      rule: 'orders',
      outcome: { freshness: 'strong', cache: false },
    })
    expect(decide(policy, 'select * from reports.daily').outcome.freshness).toEqual({
      within: 5000,
    })
    expect(decide(policy, 'select * from Countries')).toMatchObject({ rule: 'rule 4' })
    expect(decide(policy, 'select 1')).toEqual({ rule: undefined, outcome: {} })
  })

  test('count what they decided', () => {
    expect(policy.report()).toEqual([
      { name: 'reports', hits: 1 },
      { name: 'rule 2', hits: 1 },
      { name: 'orders', hits: 1 },
      { name: 'rule 4', hits: 1 },
    ])
  })

  test('with several conditions need them all', () => {
    const both = createSqlPolicy({ rules: [{ table: 'a', text: /limit/, route: 'primary' }] })
    expect(decide(both, 'select * from a').rule).toBeUndefined()
    expect(decide(both, 'select * from a limit 1').rule).toBe('rule 1')
  })
})

describe('a configuration that is wrong', () => {
  test.for([
    ['[]', 'the policy: expected an object'],
    ['{"function": {}}', 'the policy.function: expected nothing'],
    ['{"functions": {"readonly": []}}', 'functions.readonly: expected nothing'],
    ['{"functions": {"readOnly": "f"}}', 'functions.readOnly: expected a list'],
    ['{"functions": {"readOnly": [1]}}', 'functions.readOnly: expected a list of strings'],
    ['{"functions": {"readOnly": ["a b"]}}', 'functions.readOnly: expected names'],
    [
      '{"functions": {"readOnly": ["nextval"]}}',
      'functions.readOnly: expected functions of yours: nextval',
    ],
    [
      '{"functions": {"cacheable": ["pg_catalog.set_config"]}}',
      'functions.cacheable: expected functions of yours',
    ],
    ['{"primaryTables": ["a.b.c"]}', 'primaryTables: expected names'],
    ['{"primaryTables": [""]}', 'primaryTables: expected names'],
    ['{"rules": {}}', 'rules: expected a list'],
    ['{"rules": [1]}', 'rules[0]: expected an object'],
    ['{"rules": [{"route": "primary"}]}', 'rules[0]: expected a condition'],
    ['{"rules": [{"table": "a"}]}', 'rules[0]: expected an outcome'],
    ['{"rules": [{"table": "a", "rute": "primary"}]}', 'rules[0].rute: expected nothing'],
    ['{"rules": [{"table": 1, "cache": true}]}', 'rules[0].table: expected a string'],
    ['{"rules": [{"text": "a", "cache": true}]}', 'rules[0].text: expected a regular expression'],
    ['{"rules": [{"fingerprint": "x", "cache": true}]}', 'rules[0].fingerprint: expected 16 hex'],
    ['{"rules": [{"table": "a", "route": "home"}]}', 'rules[0].route: expected one of'],
    ['{"rules": [{"table": "a", "freshness": "new"}]}', 'rules[0].freshness: expected one of'],
    ['{"rules": [{"table": "a", "freshness": {"ms": 1}}]}', 'rules[0].freshness: expected one of'],
    ['{"rules": [{"table": "a", "freshness": {"within": -1}}]}', 'rules[0].freshness: expected'],
    ['{"rules": [{"table": "a", "freshness": null}]}', 'rules[0].freshness: expected one of'],
    ['{"rules": [{"table": "a", "cache": "no"}]}', 'rules[0].cache: expected true, false or {'],
    ['{"rules": [{"table": "a", "pool": ""}]}', 'rules[0].pool: expected the name'],
    ['{"rules": [{"table": "a", "durability": "yes"}]}', 'rules[0].durability: expected one of'],
    ['{"rules": [{"table": "a", "cache": true, "name": 1}]}', 'rules[0].name: expected a string'],
  ] as const)('%s is refused: %s', ([json, message]) => {
    expectRefused(
      () => Reflect.apply(createSqlPolicy, undefined, [JSON.parse(json)]),
      message ?? '',
    )
  })

  test.for([/a/g, /a/y])('%s is refused, because it remembers where it stopped', (text) => {
    expectRefused(() => createSqlPolicy({ rules: [{ text, cache: true }] }), 'rules[0].text')
  })
})

function expectRefused(make: () => unknown, message: string): void {
  let error: unknown
  try {
    make()
  } catch (caught) {
    error = caught
  }
  expect(isTidegateError(error, 'CONFIG_INVALID')).toBe(true)
  expect(String(error)).toContain(message)
}
