/**
 * The data that sessions read and write: registers that remember, sets, and their counters. Each write
 * appends a value that no other write has, so the order of all writes to a key can be read off it.
 *
 * Keys come in pairs that transactions write together: two registers, or a register and a set.
 */
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

export interface Statement {
  readonly text: string
  readonly params: readonly unknown[]
}

export function append(key: number, value: number): Statement {
  const text =
    kindOf(key) === 'register'
      ? 'update register set held = held || $2::int where key = $1'
      : // The counter's row lock puts the set's members in order.
        `with counted as (update counter set n = n + 1 where key = $1 returning n)
         insert into member (key, value, place) select $1, $2, n from counted`
  return { text, params: [key, value] }
}

/** How one or two keys are read: each way has a footprint of its own. */
export type Way = 'rows' | 'counter' | 'statement' | 'transaction'

/** What a key held, or how much. */
export type Held = readonly [key: number, held: readonly number[] | number]

function readOne(key: number): Statement {
  const text =
    kindOf(key) === 'register'
      ? 'select key, held from register where key = $1'
      : `select $1::int as key, array_agg(value order by place) as held
         from member where key = $1`
  return { text, params: [key] }
}

/** Two statements see one snapshot only under this level. */
export const SNAPSHOT = { isolationLevel: 'RepeatableRead', readOnly: true } as const

/** One statement, or two that are to see one snapshot. */
export function read(keys: readonly number[], way: Way): readonly [Statement, ...Statement[]] {
  const [key = 0, other] = keys
  if (other === undefined) {
    return way !== 'counter' || kindOf(key) === 'register'
      ? [readOne(key)]
      : [{ text: 'select key, n as held from counter where key = $1', params: [key] }]
  }
  if (way === 'transaction') return [readOne(key), readOne(other)]
  const text =
    kindOf(other) === 'register'
      ? 'select key, held from register where key in ($1, $2)'
      : `select key, held from register where key = $1 union all
         select $2::int, array_agg(value order by place) from member where key = $2`
  return [{ text, params: [key, other] }]
}

export function heldIn(rows: readonly unknown[]): readonly Held[] {
  return rows.filter(isRow).map(({ key, held }) => [key, held ?? []])
}

interface Row {
  readonly key: number
  readonly held: readonly number[] | number | null
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && 'key' in value && 'held' in value
}
