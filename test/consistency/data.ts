/**
 * The data that sessions read and write: registers that remember, sets, and their counters. Each write
 * appends a value that no other write has, so the order of all writes to a key can be read off it.
 *
 * Keys come in pairs that transactions write together: two registers, or a register and a set.
 */
import type { Sql } from '../../src/client/sql.ts'

export type Kind = 'register' | 'set'

export function kindOf(key: number): Kind {
  return key % 4 === 3 ? 'set' : 'register'
}

export const schema = (keys: number): string => `
  create table register (key int primary key, held int[] not null default '{}');
  create table counter (key int primary key, n int not null default 0);
  create table member (key int, value int, place int not null, primary key (key, value));
  insert into register (key) select generate_series(0, ${keys - 1});
  insert into counter (key) select generate_series(0, ${keys - 1})`

/** What the consumers are told of it. */
export const KEY_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  'public.member': ['key'],
}

export const FINAL_REGISTERS = 'select key, held from register where key % 4 <> 3'
export const FINAL_SETS = `select key, array_agg(value order by place) as held from member group by key`

export function append(sql: Sql, key: number, value: number): ReturnType<Sql> {
  return kindOf(key) === 'register'
    ? sql`update register set held = held || ${value}::int where key = ${key}`
    : // The counter's row lock puts the set's members in order.
      sql`with counted as (update counter set n = n + 1 where key = ${key} returning n)
          insert into member (key, value, place) select ${key}, ${value}, n from counted`
}

/** How one or two keys are read: each way has a footprint of its own. */
export type Way = 'rows' | 'counter' | 'statement' | 'transaction'

/** What a key held, or how much. */
export type Held = readonly [key: number, held: readonly number[] | number]

interface Row {
  readonly key: number
  readonly held: readonly number[] | null
}

interface Count {
  readonly n: number
}

export interface Found {
  readonly held: readonly Held[]
  readonly tide: Awaited<ReturnType<typeof readOne>>['tide']
}

function readOne(sql: Sql, key: number) {
  return kindOf(key) === 'register'
    ? sql<Row>`select key, held from register where key = ${key}`
    : sql<Row>`select ${key}::int as key, array_agg(value order by place) as held
               from member where key = ${key}`
}

export async function read(sql: Sql, keys: readonly number[], way: Way): Promise<Found> {
  const [key = 0, other] = keys
  if (other === undefined) {
    if (way !== 'counter' || kindOf(key) === 'register') {
      const rows = await readOne(sql, key)
      return { held: rows.map(toHeld), tide: rows.tide }
    }
    const rows = await sql<Count>`select n from counter where key = ${key}`
    return { held: rows.map(({ n }) => [key, n]), tide: rows.tide }
  }
  if (way === 'transaction') {
    // Two statements see one snapshot only under this level.
    const both = await sql.transaction([readOne(sql, key), readOne(sql, other)], {
      isolationLevel: 'RepeatableRead',
      readOnly: true,
    })
    return { held: both.flatMap(toRows).map(toHeld), tide: both.tide }
  }
  const rows =
    kindOf(other) === 'register'
      ? await sql<Row>`select key, held from register where key = any(${keys})`
      : await sql<Row>`select key, held from register where key = ${key} union all
          select ${other}::int, array_agg(value order by place) from member where key = ${other}`
  return { held: rows.map(toHeld), tide: rows.tide }
}

function toHeld({ key, held }: Row): Held {
  return [key, held ?? []]
}

function toRows(result: unknown): Row[] {
  return Array.isArray(result) ? result.filter(isRow) : []
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && 'key' in value && 'held' in value
}
