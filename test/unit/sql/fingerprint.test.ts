import { expect, test } from 'vitest'

import { footprint } from '../../../src/sql/index.ts'

const fingerprint = (sql: string): string => footprint(sql).fingerprint

test.for([
  ['literals', 'select * from t where a = 1', "select * from t where a = 'x'"],
  ['parameters', 'select * from t where a = 1', 'select * from t where a = $1'],
  ['blank space', 'select * from t', ' SELECT\n\t*\nFROM  t '],
  ['comments', 'select * from t', '/* a */ select * -- b\nfrom t'],
  ['the length of a list', 'select a in (1)', 'select a in ($1, 2, $3)'],
  ['quotes that a name does not need', 'select a from t', 'select "a" from "t"'],
] as const)('%s do not change it', ([, a, b]) => {
  expect(fingerprint(a)).toBe(fingerprint(b))
})

test.for([
  ['select a from t', 'select b from t'],
  ['select a from t', 'select a from u'],
  ['select a, b', 'select b, a'],
  ['select a = 1', 'select a <> 1'],
  ['select a from t', 'select a from t t'],
  ['select "A"', 'select a'],
  ['select a in (1, 2)', 'select a in (1, b)'],
  ['select f(1)', 'select f(1), 2'],
  ['select 1', 'select (1)'],
] as const)('%s and %s differ', ([a, b]) => {
  expect(fingerprint(a)).not.toBe(fingerprint(b))
})

test('it is sixteen hex digits, also of a text that cannot be read', () => {
  expect(fingerprint('select 1')).toMatch(/^[0-9a-f]{16}$/)
  expect(fingerprint("select '")).toMatch(/^[0-9a-f]{16}$/)
})

test('it does not change from version to version: rules are written with it', () => {
  expect(fingerprint('select * from users where id = $1')).toMatchInlineSnapshot(
    `"c374e17f1544cd26"`,
  )
})

test('ten thousand statements have ten thousand fingerprints', () => {
  const seen = new Set<string>()
  for (let n = 0; n < 10_000; n += 1) seen.add(fingerprint(`select c${n % 100} from t${n}`))
  expect(seen.size).toBe(10_000)
})

test('it is worked out when it is asked for, and still is in the JSON of a footprint', () => {
  const read = footprint('select * from users where id = $1')
  expect(JSON.parse(JSON.stringify(read))).toMatchObject({
    kind: 'read',
    tables: { read: [{ name: 'users' }] },
    fingerprint: read.fingerprint,
  })
  footprint('select 1')
  expect(read.fingerprint).toBe('c374e17f1544cd26')
})
