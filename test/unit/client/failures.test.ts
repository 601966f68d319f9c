/** What a caller is told of a query that failed, and what a hook that fails does to one that did not. */
import { types } from '@neondatabase/serverless'
import { afterEach, expect, test, vi } from 'vitest'

import type { QueryEvent } from '../../../src/client/query-event.ts'
import {
  createTidegate,
  type Tidegate,
  type TidegateOptions,
} from '../../../src/client/tidegate.ts'
import { DriverError } from '../../../src/drivers/driver-error.ts'
import type { Driver } from '../../../src/drivers/driver.ts'
import { parseLsn } from '../../../src/tide/lsn.ts'
import { parseXid } from '../../../src/tide/xid.ts'

const result = { fields: [], rows: [], command: 'SELECT', rowCount: 0 }
const url = 'postgresql://app:secret@db.example.org/app'

/** A primary that answers, beside a replica that is not there. */
const replicaGone: Driver = {
  async read({ name, role }) {
    if (role !== 'primary') throw new DriverError('unreachable', name, { committed: 'no' })
    const [lo, hi] = [{ xmin: parseXid('7') }, parseLsn('0/1')]
    return await Promise.resolve({ results: [result], role, lo, hi, shown: [] })
  },
  write: async () => await Promise.resolve({ results: [result], commit: { lsn: parseLsn('0/2') } }),
}

function failing(failure: 'unreachable' | 'sql' | 'aborted', sqlState?: string): Driver {
  const fail = async ({ name }: { name: string }, committed: 'no' | 'unknown'): Promise<never> =>
    await Promise.reject(new DriverError(failure, name, { committed, sqlState }))
  return {
    read: async (target) => await fail(target, 'no'),
    write: async (target) => await fail(target, 'unknown'),
  }
}

function client(driver: Driver, options: Partial<TidegateOptions> = {}): Tidegate {
  const primary = { region: 'iad', url }
  const replicas = [{ region: 'fra', url }]
  return createTidegate({ primary, replicas, region: 'fra', ...options }, { driver, types })
}

afterEach(() => {
  vi.restoreAllMocks()
})

test('every error tells whom the query was asked of, and what became of it', async () => {
  const { sql } = client(failing('unreachable')).session()
  await expect(sql`select 1`).rejects.toMatchObject({
    code: 'NEED_UNMET',
    attempts: [
      { node: 'fra-1', outcome: 'unreachable' },
      { node: 'iad-1', outcome: 'unreachable' },
    ],
  })
  await expect(sql`delete from note`).rejects.toMatchObject({
    code: 'WRITE_FAILED',
    attempts: [{ node: 'iad-1', outcome: 'unreachable', reason: 'writes go to the primary' }],
  })
  const refused = client(failing('sql', '42601')).session().sql
  const asked = { code: 'QUERY_FAILED', attempts: [{ outcome: '42601' }] }
  await expect(refused`select 1`).rejects.toMatchObject(asked)
  await expect(refused`delete from note`).rejects.toMatchObject(asked)
  await expect(client(failing('aborted')).session().sql`delete from note`).rejects.toMatchObject({
    code: 'TIMEOUT',
    committed: 'unknown',
    attempts: [{ node: 'iad-1' }],
  })
  await expect(sql`set work_mem = 1`).rejects.toMatchObject({
    code: 'STATEMENT_REFUSED',
    attempts: [],
  })
})

test('who gives up gets the reason of the signal, and hooks hear what is known', async () => {
  const events: QueryEvent[] = []
  const { sql } = client(failing('aborted'), { onQuery: (event) => events.push(event) }).session()
  const reason = new Error('mine')
  await expect(sql.with({ signal: AbortSignal.abort(reason) })`delete from note`).rejects.toBe(
    reason,
  )
  expect(events).toMatchObject([
    {
      kind: 'write',
      error: { code: 'ABORTED', committed: 'unknown', attempts: [{ node: 'iad-1' }] },
    },
  ])
})

test('a hook that throws fails no query, and what it threw is said', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {})
  const wrong = new Error('a mistake in the hook')
  const throwing = (): void => {
    throw wrong
  }
  const tg = client(replicaGone, { onQuery: throwing, onBreakerOpen: throwing })
  const { sql } = tg.session()
  await sql`delete from note`
  for (let round = 0; round < 3; round++) {
    expect((await tg.session().sql`select 1`).tide.node).toBe('iad-1')
  }
  await expect(sql`select 1`).resolves.toEqual([])
  expect(said.mock.calls.map(([, error]) => error)).toContain(wrong)
})
