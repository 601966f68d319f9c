import { expect, test } from 'vitest'

import { footprint } from '../../../src/sql/index.ts'

test.for([
  ['/* tidegate: strong */ select 1', { freshness: 'strong' }],
  ['select 1 /*tidegate:replica, no-cache*/', { route: 'replica', cache: false }],
  ['-- TideGate: within=2s pool=slow\nselect 1', { freshness: { within: 2000 }, pool: 'slow' }],
  [
    '/* tidegate: within=250ms nearest cache */ select 1',
    { freshness: { within: 250 }, route: 'nearest', cache: true },
  ],
  ['/* tidegate: durability=remote_apply */ delete from t', { durability: 'remote_apply' }],
  ['/* tidegate: any primary */', { freshness: 'any', route: 'primary' }],
  ["select '/* tidegate: any */' /* tidegate: session */", { freshness: 'session' }],
] as const)('%s asks for something', ([sql, hints]) => {
  expect(footprint(sql).hints).toEqual({ ...hints, unknown: [] })
})

test.for([
  'select 1',
  "select '/* tidegate: strong */'",
  'select $$ -- tidegate: strong $$',
  'select "/* tidegate: strong */" from t',
  '/* app */ select 1 /* tidegate: strong */',
  '/* about tidegate: strong */ select 1',
  '/* app /* tidegate: strong */ */ select 1',
] as const)('%s asks for nothing', (sql) => {
  expect(footprint(sql).hints).toEqual({ unknown: [] })
})

test('words that mean nothing are reported, not dropped', () => {
  expect(
    footprint('/* tidegate: strnog within=soon replica durability=sure */ select 1').hints,
  ).toEqual({
    route: 'replica',
    unknown: ['strnog', 'within=soon', 'durability=sure'],
  })
})

test('a hint does not change what the statement is', () => {
  expect(footprint('/* tidegate: replica */ delete from t').kind).toBe('write')
})
