import { expect, test } from 'vitest'

import { QueryPromise } from '../../../src/client/query-promise.ts'
import { Raw, Template } from '../../../src/client/template.ts'

const nothing = { query: {}, sql: {} }

function tag(strings: TemplateStringsArray, ...values: unknown[]): Template {
  return new Template(strings, values)
}

test('values become parameters in their order', () => {
  expect(tag`select ${1}, ${'two'}`.toQuery()).toEqual({
    text: 'select $1, $2',
    params: [1, 'two'],
  })
})

test('a template inside another is part of the text, and its values are numbered on', () => {
  const where = tag`author = ${7} and ${tag`id > ${8}`}`
  expect(tag`select ${'x'} from post where ${where} limit ${9}`.toQuery()).toEqual({
    text: 'select $1 from post where author = $2 and id > $3 limit $4',
    params: ['x', 7, 8, 9],
  })
})

test('a query inside another is part of the text and does not run', () => {
  let ran = false
  const inner = tag`id = ${1}`
  const query = new QueryPromise(inner.toQuery(), inner, nothing, async () => {
    ran = true
    return await Promise.resolve([])
  })
  expect(tag`select where ${query}`.toQuery()).toEqual({
    text: 'select where id = $1',
    params: [1],
  })
  expect(ran).toBe(false)
})

test('unsafe text is the only text that a value can become', () => {
  expect(tag`select ${new Raw('now()')}, ${{ text: 'now()' }}`.toQuery()).toEqual({
    text: 'select now(), $1',
    params: [{ text: 'now()' }],
  })
})

test('a query runs when it is first awaited, and once', async () => {
  let runs = 0
  const query = new QueryPromise({ text: 'select 1', params: [] }, undefined, nothing, async () => {
    runs++
    return await Promise.resolve([runs])
  })
  expect(runs).toBe(0)
  expect(await query).toEqual([1])
  expect(await query.then((rows) => rows)).toEqual([1])
  await Promise.all([query, query.finally(() => {})])
  expect(runs).toBe(1)
})
