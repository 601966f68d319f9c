import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { END } from '../../../src/sql/cells.ts'
import { footprint } from '../../../src/sql/index.ts'
import { tokenize } from '../../../src/sql/lexer.ts'
import { Tokens } from '../../../src/sql/tokens.ts'
import { statement } from './grammar.ts'

const pieces = fc.constantFrom(
  ...`select from where with as ( ) [ ] , ; . :: : = - + * / -- /* */ ' " $ $$ $a$ $1 e' u& u&" for
  update into union join on case when end between and or in any values table insert explain analyze
  copy to stdout begin atomic nextval lower users x 1 0x1F 1e5 1..2 \\ \u00A0 é \0 \n`.split(/ +/),
)
const debris = fc
  .array(pieces, { maxLength: 40 })
  .chain((list) => fc.constantFrom(' ', '', '\n').map((gap) => list.join(gap)))

describe('any text at all', () => {
  test.each([
    ['random characters', fc.string({ unit: 'binary', maxLength: 200 })],
    ['random ASCII', fc.string({ unit: 'binary-ascii', maxLength: 200 })],
    ['debris of SQL', debris],
    ['statements', statement],
    [
      'statements cut short',
      fc.tuple(statement, fc.nat()).map(([sql, at]) => sql.slice(0, at % (sql.length + 1))),
    ],
  ])('has a footprint, the same each time: %s', (_, text) => {
    fc.assert(
      fc.property(text, (sql) => {
        const first = footprint(sql)
        expect(footprint(sql)).toEqual(first)
        if (first.kind !== 'read') expect(first.cacheable).toBe(false)
        if (first.cacheable) expect(first.tables.read).not.toBe('unknown')
        if (first.keys.length > 0) expect(first.kind).toBe('read')
      }),
      { numRuns: 500 },
    )
  })

  test('is covered by its tokens: they follow each other and end where the text does', () => {
    fc.assert(
      fc.property(debris, (sql) => {
        const tokens = tokenize(sql, new Tokens())
        let end = 0
        for (let at = 0; at < tokens.count; at += 1) {
          expect(tokens.kind(at)).not.toBe(END)
          expect(tokens.start(at)).toBeGreaterThanOrEqual(end)
          expect(tokens.end(at)).toBeGreaterThan(tokens.start(at))
          end = tokens.end(at)
        }
        expect(end).toBeLessThanOrEqual(sql.length)
      }),
    )
  })
})

describe('a write', () => {
  test('does not become a read by anything that is put around it', () => {
    const wraps = fc.array(
      fc.constantFrom<(sql: string) => string>(
        (sql) => `(${sql})`,
        (sql) => `with w as (${sql}) select * from w`,
        (sql) => `select * from (${sql}) w`,
        (sql) => `select (${sql})`,
        (sql) => `select 1 union all ${sql}`,
        (sql) => `select 1 where exists (${sql})`,
        (sql) => `/* a */ ${sql} -- b\n`,
      ),
      { maxLength: 6 },
    )
    const writes = fc.constantFrom(
      "select nextval('s')",
      'select * from t for update',
      'delete from t returning *',
      'select mine()',
    )
    fc.assert(
      fc.property(writes, wraps, (write, layers) => {
        const sql = layers.reduce<string>((text, wrap) => wrap(text), write)
        expect(footprint(sql).kind).toBe('write')
        expect(footprint(`explain analyze ${sql}`).kind).toBe('write')
        expect(footprint(`select 1; ${sql}; select 2`).kind).toBe('write')
      }),
      { numRuns: 500 },
    )
  })
})

describe('a long text', () => {
  const size = 1_000_000
  test.for([
    ['blank space', () => ' '.repeat(size)],
    ['brackets that do not close', () => '('.repeat(size)],
    ['nested brackets', () => `select ${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
    [
      'nested conditions',
      () => `select 1 from t where ${'('.repeat(10_000)}id = 1${')'.repeat(10_000)}`,
    ],
    ['nested queries', () => `${'select * from ('.repeat(10_000)}select 1${') x'.repeat(10_000)}`],
    ['nested WITH', () => `${'with a as ('.repeat(10_000)}select 1${') select 1'.repeat(10_000)}`],
    ['nested comments', () => `select ${'/*'.repeat(10_000)}${'*/'.repeat(10_000)} 1`],
    ['comments that do not end', () => `select ${'/*'.repeat(size / 2)}`],
    ['line comments', () => '--\n'.repeat(size / 3)],
    ['signs', () => `select 1 ${'+'.repeat(size)} 1`],
    ['minus signs with spaces', () => `select ${'- '.repeat(size / 2)} 1`],
    ['one long name', () => `select ${'a'.repeat(size)}`],
    ['one dotted name', () => `select ${'a.'.repeat(size / 2)}f(1)`],
    ['a long list', () => `select 1 from t where id in (${'$1,'.repeat(size / 3)}$1)`],
    ['long conditions', () => `select 1 from t where ${'id = 1 and '.repeat(size / 11)}true`],
    ['escape strings', () => `select ${"e'a' ".repeat(size / 5)}`],
    ['dollars', () => '$'.repeat(size)],
    ['dollar quotes that do not end', () => `select ${'$a$b'.repeat(size / 4)}$c$`],
    ['quotes', () => `select ${"'".repeat(size)}`],
    ['statements', () => 'select 1;'.repeat(size / 9)],
    ['tables', () => `select * from ${'a, '.repeat(size / 3)}b`],
    ['function calls', () => `select ${'lower('.repeat(size / 7)}1${')'.repeat(size / 7)}`],
    ['search clauses', () => `with a as (select 1) ${'search '.repeat(size / 7)}`],
  ] as const)('is read without a stack overflow or a hang: %s', ([, make]) => {
    expect(footprint(make()).fingerprint).toMatch(/^[0-9a-f]{16}$/)
  })
})
