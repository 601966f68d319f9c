import { expect, test } from 'vitest'

import { type Catalog, type Effect, footprint, type Relation } from '../../../src/sql/index.ts'

const table = (name: string, rest: Partial<Relation> = {}): Relation => ({
  kind: 'table',
  tables: [{ schema: 'public', name }],
  keys: ['id'],
  ...rest,
})

const relations: Readonly<Record<string, Relation>> = {
  orders: table('orders'),
  orders_2026: table('orders'),
  recent: {
    kind: 'view',
    tables: [table('orders').tables, table('users').tables].flat(),
    keys: [],
  },
  counting: { kind: 'view', tables: [], keys: [], writes: true },
  scratch: table('scratch', { persistence: 'unlogged' }),
  session_data: table('session_data', { persistence: 'temporary' }),
  guarded: table('guarded', { rowSecurity: true }),
  elsewhere: table('elsewhere', { kind: 'foreign table' }),
  s: table('s', { kind: 'sequence' }),
  rewritten: table('rewritten', { untracked: true }),
}

const functions: Readonly<Record<string, Effect>> = {
  slug: 'cacheable',
  visible: 'read',
  bump: 'write',
  lower: 'write',
}

const catalog: Catalog = {
  relation: ({ name }) => relations[name],
  functionEffect: ({ name }) => functions[name],
}

test('tables are the ones whose changes show', () => {
  expect(footprint('select * from orders_2026, recent', catalog).tables.read).toEqual([
    { schema: 'public', name: 'orders' },
    { schema: 'public', name: 'users' },
  ])
})

test.for([
  ['select * from counting', 'write', 'counting writes when it is read'],
  ['select * from orders, scratch', 'write', 'scratch is unlogged: a standby does not have it'],
  ['select * from session_data', 'session', 'session_data is temporary'],
  ['select bump()', 'write', 'it calls bump, which does more than read or needs the primary'],
  [
    'select lower(x) from orders',
    'write',
    'it calls lower, which does more than read or needs the primary',
  ],
  [
    'explain select bump()',
    'write',
    'it calls bump, which does more than read or needs the primary',
  ],
  ['select visible(x) from orders', 'read', 'it only reads'],
] as const)('%s is %s: %s', ([sql, kind, reason]) => {
  expect(footprint(sql, catalog)).toMatchObject({ kind, reason })
})

test.for([
  ['select * from nowhere', 'nowhere is not in the catalog'],
  ['select * from guarded', 'guarded shows each user other rows'],
  ['select * from elsewhere', 'elsewhere is a foreign table'],
  ['select * from s', 's is a sequence'],
  ['select * from rewritten', 'rewritten has changes that do not reach the consumer'],
  ['select visible(x) from orders', 'it calls visible, whose answer varies'],
] as const)('%s may not be cached: %s', ([sql, uncacheable]) => {
  expect(footprint(sql, catalog)).toMatchObject({ kind: 'read', cacheable: false, uncacheable })
})

test('what the catalog knows well may be cached', () => {
  expect(footprint('select slug(x) from orders', catalog).cacheable).toBe(true)
})

test('only columns that the consumer raises tags for are keys', () => {
  const sql = 'select * from orders where id = $1 and status = $2'
  expect(footprint(sql).keys.map(({ column }) => column)).toEqual(['id', 'status'])
  expect(footprint(sql, catalog).keys.map(({ column }) => column)).toEqual(['id'])
  expect(footprint('select * from recent where id = $1', catalog).keys).toEqual([])
})

test('a catalog may itself read statements while it is asked', () => {
  const nested: Catalog = {
    functionEffect: () => undefined,
    relation: (name) => {
      footprint('delete from something_else where id = 7')
      return catalog.relation?.(name)
    },
  }
  const sql = 'select * from orders where id = $1'
  expect(footprint(sql, nested)).toEqual(footprint(sql, catalog))
})
