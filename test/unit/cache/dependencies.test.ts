import { expect, test } from 'vitest'

import { dependencies, type TagNames } from '../../../src/cache/dependencies.ts'
import { type Catalog, footprint, formatName, type TableName } from '../../../src/sql/index.ts'

const tables = new Map([
  ['post', { tables: [{ schema: 'public', name: 'post' }], keys: ['id', 'slug'] }],
  ['author', { tables: [{ schema: 'public', name: 'author' }], keys: ['id'] }],
])
const feed = [
  { schema: 'public', name: 'post' },
  { schema: 'public', name: 'author' },
]

const catalog: Catalog = {
  relation({ name }) {
    if (name === 'feed') return { kind: 'view', tables: feed, keys: [] }
    const table = tables.get(name)
    return table && { kind: 'table', ...table }
  },
  functionEffect: () => undefined,
}

/** As the consumer would spell them: whole numbers and slugs. */
const names: TagNames = {
  row(table: TableName, column: string, value: unknown) {
    const known = typeof value === 'number' || /^[\w-]+$/.test(String(value))
    return known ? `${formatName(table)}#${column}=${String(value)}` : undefined
  },
}

function tagsOf(sql: string, params: readonly unknown[] = [], by: TagNames = names): unknown {
  const found = dependencies(footprint(sql, catalog), catalog, params, by)
  return found.cacheable ? found.tags : found.reason
}

test('a query depends on its tables, a view on what is under it', () => {
  expect(tagsOf('select * from post')).toEqual(['public.post'])
  expect(tagsOf('select * from post join author on true')).toEqual(['public.post', 'public.author'])
  expect(tagsOf('select * from feed join post on true')).toEqual(['public.post', 'public.author'])
  expect(tagsOf('select 1')).toEqual([])
})

test('rows that a key proves are depended on alone, and on what stands for all of them', () => {
  expect(tagsOf('select * from post where id = $1', [42])).toEqual([
    'public.post#id=42',
    'public.post#*',
  ])
  expect(tagsOf('select * from post where slug in ($1, $2)', ['a', 'b'])).toEqual([
    'public.post#slug=a',
    'public.post#slug=b',
    'public.post#*',
  ])
  expect(tagsOf('select * from post where id = any($1)', [[1, 2, 1]])).toEqual([
    'public.post#id=1',
    'public.post#id=2',
    'public.post#*',
  ])
  expect(tagsOf('select * from post where id = 7')).toEqual(['public.post#id=7', 'public.post#*'])
})

test('where a value has no certain spelling, or there are too many, the table is depended on', () => {
  const byId = 'select * from post where id = any($1)'
  expect(tagsOf('select * from post where slug = $1', ['ä ö'])).toEqual(['public.post'])
  expect(tagsOf('select * from post where id = $1', [42], {})).toEqual(['public.post'])
  expect(tagsOf('select * from post where id = $2', [42])).toEqual(['public.post'])
  expect(tagsOf(byId, ['{1,2}'])).toEqual(['public.post'])
  expect(tagsOf(byId, [Array.from({ length: 101 }, (_, id) => id)])).toEqual(['public.post'])
  expect(tagsOf(byId, [Array.from({ length: 100 }, (_, id) => id)])).toHaveLength(101)
})

test('another key of the same query is tried', () => {
  const sql = 'select * from post where slug = $1 and id = $2'
  expect(tagsOf(sql, ['ä ö', 42])).toEqual(['public.post#id=42', 'public.post#*'])
})

test('no rows are asked for by an empty list, which depends on all rows being replaced alone', () => {
  expect(tagsOf('select * from post where id = any($1)', [[]])).toEqual(['public.post#*'])
})

test('what is no read, unknown, or different each time is not cached', () => {
  expect(tagsOf('update post set id = 1')).toBe('it is not a read')
  expect(tagsOf('select * from elsewhere')).toBe('elsewhere is not in the catalog')
  expect(tagsOf('select now() from post')).toContain('now')
  const bare = footprint('select * from post')
  expect(dependencies(bare, undefined, [])).toEqual({
    cacheable: false,
    reason: 'the catalog is not known',
  })
})
