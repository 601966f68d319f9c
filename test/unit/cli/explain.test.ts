import { expect, test } from 'vitest'

import { runCli } from '../../support/cli/run-cli.ts'

test('a read by key tells the tags that its cached answer depends on', async () => {
  const run = await runCli(['explain', '--json', 'select * from post where id in (1, $1)'])
  expect(run.code).toBe(0)
  expect(run.json).toMatchObject({
    kind: 'read',
    reads: ['post'],
    cacheable: true,
    keys: ['id = 1, $1'],
    tags: ['post#id=1', 'post#id=$1', 'post#*'],
  })
})

test('a statement comes from standard input as well', async () => {
  const run = await runCli(['explain'], { stdin: 'update post set body = $1' })
  expect(run.code).toBe(0)
  expect(run.out).toMatch(/kind\s+write: UPDATE changes rows/)
  expect(run.out).toMatch(/cacheable\s+no: it is not a read/)
  expect(await runCli(['explain'])).toMatchObject({ code: 2, out: '' })
})

test('what the SDK would refuse is found', async () => {
  for (const [sql, why] of [
    ['/* tidegate: stronk */ select 1', 'stronk'],
    ['select 1; select 2', '2 statements'],
    ['set search_path = x', 'has no effect'],
    ['', 'no statement'],
  ] as const) {
    const run = await runCli(['explain', '--', sql])
    expect(run.code).toBe(1)
    expect(run.out).toContain(why)
  }
})

test('a hint that says so keeps a read out of the cache', async () => {
  const run = await runCli(['explain', '--json', '/* tidegate: no-cache, within=2s */ select 1'])
  expect(run.json).toMatchObject({
    cacheable: false,
    tags: [],
    asks: { cache: false, freshness: { within: 2000 } },
  })
})
