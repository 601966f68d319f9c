import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startWorld, type World } from '../../infra/local/world.ts'
import { builtinEffect } from '../../src/sql/functions.ts'
import { footprint } from '../../src/sql/index.ts'
import { hidden, schema } from './standby-schema.ts'
import { statements } from './standby-statements.ts'

let world: World
let primary: Client
let standby: Client

beforeAll(async () => {
  world = await startWorld({ home: 'iad', regions: { fra: { nodes: ['standby'] } } })
  const [node] = world.region('fra').nodes
  if (!node) throw new Error('The world has no standby')
  await world.primary.query(schema)
  await node.reached(await world.primary.position())
  primary = await world.primary.connect()
  standby = await node.connect()
})

afterAll(async () => {
  await world?.stop()
})

interface Outcome {
  readonly code: string
  readonly message: string
}

/** Runs one text as it is and leaves no transaction open. */
async function run(client: Client, sql: string): Promise<Outcome | undefined> {
  try {
    await client.query(sql)
    return undefined
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { code: String(Reflect.get(error, 'code')), message: error.message }
  } finally {
    await client.query('rollback').catch(() => {})
  }
}

/** Whether the standby refuses what the primary does. */
async function failsOnStandby(sql: string): Promise<Outcome | undefined> {
  const there = await run(standby, sql)
  const here = await run(primary, sql)
  return here === undefined || here.code !== there?.code ? there : undefined
}

describe('a statement that fails on the standby', () => {
  test('is not called a read, but for those that text cannot show', async () => {
    const wrong: string[] = []
    let refused = 0
    for (const sql of statements) {
      const failure = await failsOnStandby(sql)
      if (failure === undefined) continue
      refused += 1
      if (footprint(sql).kind === 'read' && !(sql in hidden)) {
        wrong.push(`${sql}: ${failure.code} ${failure.message}`)
      }
    }
    expect(wrong).toEqual([])
    expect(statements.length).toBeGreaterThanOrEqual(250)
    // The list is worth its name only if the standby refuses a good part of it.
    expect(refused).toBeGreaterThan(150)
  })

  test.for(Object.entries(hidden))('%s looks like a read: %s', async ([sql]) => {
    expect(footprint(sql).kind).toBe('read')
    expect(await failsOnStandby(sql)).toBeDefined()
  })
})

describe("PostgreSQL's own functions", () => {
  test('that are called reads work on the standby as on the primary', async () => {
    const { rows } = await primary.query<{ name: string; call: string }>(calls)
    const wrong: string[] = []
    let tried = 0
    for (const { name, call } of rows) {
      const effect = builtinEffect(name)
      if (effect === undefined || effect === 'session' || effect === 'write') continue
      tried += 1
      const failure = await failsOnStandby(`select ${call}`)
      if (failure) wrong.push(`${call}: ${failure.code} ${failure.message}`)
    }
    expect(wrong).toEqual([])
    expect(tried).toBeGreaterThan(1000)
  })
})

/** A call of each function that can be called with constants. */
const calls = `
  select proname as name,
         format('pg_catalog.%I(%s)', proname, coalesce((
           select string_agg(format('%s::%s', case
             when t in ('text'::regtype, 'name'::regtype) then '''users'''
             when t = 'regclass'::regtype then '''users'''
             when t = 'boolean'::regtype then 'true'
             when t = 'bytea'::regtype then '''\\x00'''
             when t in ('json'::regtype, 'jsonb'::regtype) then '''{"a": 1}'''
             when t in ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
               then '''2020-01-01'''
             when t = 'interval'::regtype then '''0'''
             when t = 'time'::regtype then '''01:00'''
             when t in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'oid'::regtype,
                        'numeric'::regtype, 'float4'::regtype, 'float8'::regtype,
                        'xid'::regtype, 'xid8'::regtype) then '''1'''
             when t = 'pg_lsn'::regtype then '''0/1'''
             when t in ('anyelement'::regtype, 'anynonarray'::regtype, 'anycompatible'::regtype)
               then '1'
             when t in ('anyarray'::regtype, 'anycompatiblearray'::regtype) then '''{1}'''
             else 'null' end, case
             when t in ('anyelement'::regtype, 'anynonarray'::regtype, 'anycompatible'::regtype)
               then 'int4'
             when t in ('anyarray'::regtype, 'anycompatiblearray'::regtype) then 'int4[]'
             when t = '"any"'::regtype then 'text'
             else t::regtype::text end), ', ' order by n)
           from unnest(proargtypes::oid[]) with ordinality as a(t, n)), '')) as call
    from pg_proc
   where pronamespace = 'pg_catalog'::regnamespace and prokind in ('f', 'a')
   order by proname, oid`
