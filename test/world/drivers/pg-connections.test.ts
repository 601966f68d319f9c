import { afterAll, beforeAll, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import type { Target, WriteAnswer } from '../../../src/drivers/driver.ts'
import { pgDriver } from '../../../src/drivers/node/pg.ts'
import { failure, query, statementRuns } from '../../support/drivers/trial.ts'

let world: World
let primary: PostgresNode

beforeAll(async () => {
  world = await startWorld({ home: 'iad', distanceScale: 0 })
  primary = world.primary
})

afterAll(async () => await world?.stop())

function target(more: Partial<Target> = {}): Target {
  return { name: 'iad-1', role: 'primary', url: primary.url(), ...more }
}

async function write(
  driver: ReturnType<typeof pgDriver>,
  text: string,
  { to = target(), signal = new AbortController().signal } = {},
): Promise<WriteAnswer> {
  return await driver.write(to, { queries: [query(text)], signal })
}

async function rows(driver: ReturnType<typeof pgDriver>, text: string): Promise<unknown> {
  const { results } = await write(driver, text)
  return results[0]?.rows
}

test('a connection is used again, also after a statement that Postgres refused', async () => {
  await using driver = pgDriver({ max: 1 })
  const first = await rows(driver, 'select pg_backend_pid()')
  await failure(write(driver, 'select 1 / 0'))
  expect(await rows(driver, 'select pg_backend_pid()')).toEqual(first)
})

test('a transaction that a statement left open does not reach the next work', async () => {
  await using driver = pgDriver({ max: 1 })
  await write(driver, 'begin')
  const noTransaction = '25P01'
  expect(await failure(write(driver, 'savepoint here'))).toMatchObject({ sqlState: noTransaction })
})

test('what the caller no longer waits for is cancelled on the server', async () => {
  await using driver = pgDriver({ max: 1 })
  const controller = new AbortController()
  const given = failure(
    write(driver, `select pg_sleep(60), 'not awaited'`, { signal: controller.signal }),
  )
  const pid = await statementRuns(primary, 'not awaited')
  controller.abort()
  expect(await given).toMatchObject({ failure: 'aborted' })
  await until('the server to stop', async () => {
    const found = await primary.query('select from pg_stat_activity where pid = $1', [pid])
    return found.length === 0
  })
})

test('a write that finds nobody listening did not run', async () => {
  await using driver = pgDriver()
  const url = new URL(primary.url())
  url.port = String(await world.freePort())
  const to = target({ name: 'nobody', url: url.href })
  expect(await failure(write(driver, 'select 1', { to }))).toMatchObject({
    failure: 'unreachable',
    committed: 'no',
  })
})

test('a write that finds every connection taken did not run', async () => {
  await using driver = pgDriver({ max: 1, connectionTimeoutMillis: 50 })
  const controller = new AbortController()
  const long = failure(write(driver, `select pg_sleep(60), 'takes'`, { signal: controller.signal }))
  await statementRuns(primary, 'takes')
  expect(await failure(write(driver, 'select 1'))).toMatchObject({ committed: 'no' })
  controller.abort()
  await long
})

test('a rotated secret is asked for before each query', async () => {
  await using driver = pgDriver()
  await primary.query(`create role rotated login password 'first'`)
  let password = 'first'
  const url = (): string => primary.url().replace('tidegate:tidegate', `rotated:${password}`)
  const to = target({ name: 'rotated', url })
  await write(driver, 'select 1', { to })

  await primary.query(`alter role rotated password 'second'`)
  password = 'second'
  expect((await write(driver, 'select current_user', { to })).results[0]?.rows).toEqual([
    ['rotated'],
  ])
})
