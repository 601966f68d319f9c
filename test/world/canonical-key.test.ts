import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { startWorld, type World } from '../../infra/local/world.ts'
import { canonicalKey } from '../../src/sql/index.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({ home: 'iad', regions: {} })
  // What the type's output function prints, as logical decoding does; null where the input is refused.
  await world.primary.query(`
    create function printed(type text, value text) returns text language plpgsql as $$
    declare result text;
    begin
      execute format('select format(''%%s'', %L::%I)', value, type) into result;
      return result;
    exception when others then return null;
    end $$`)
})

afterAll(async () => {
  await world?.stop()
})

const blank = fc.stringMatching(/^[ \t\n\v\f\r]{0,2}$/)
const around = (inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(blank, inner, blank).map((parts) => parts.join(''))
const integers = around(
  fc.oneof(
    fc.stringMatching(/^[+-]?0{0,3}[0-9]{1,4}$/),
    fc.stringMatching(/^[+-]?[0-9]{1,20}$/),
    fc.constantFrom('32767', '32768', '-32768', '-32769', '2147483647', '2147483648', '-0', '0x1f'),
    fc.constantFrom('-2147483648', '9223372036854775807', '9223372036854775808', '1_000', '4 2'),
    fc.constantFrom('-9223372036854775808', '-9223372036854775809', '+-1', '1e3', '42.0', ''),
  ),
)
const uuids = fc
  .tuple(fc.uuid(), fc.nat(7), fc.boolean(), fc.boolean(), fc.boolean())
  .map(([uuid, dash, upper, plain, braced]) => {
    const digits = uuid.replaceAll('-', '')
    const cut = `${digits.slice(0, dash * 4)}-${digits.slice(dash * 4)}`
    const text = plain ? cut : uuid
    const cased = upper ? text.toUpperCase() : text
    return braced ? `{${cased}}` : cased
  })
const truths = around(
  fc
    .tuple(fc.constantFrom('true', 'false', 'yes', 'no', 'on', 'off', '1', '0'), fc.nat(5))
    .map(([word, length]) => word.slice(0, length))
    .chain((word) => fc.constantFrom(word, word.toUpperCase())),
)
const texts = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'))

test.for([
  ['int2', integers, true],
  ['int4', integers, true],
  ['int8', integers, true],
  ['uuid', uuids, true],
  ['bool', truths, true],
  ['text', texts, true],
  ['varchar', texts, true],
  ['bpchar', texts, false],
  ['numeric', integers, false],
] as const)(
  'a key of type %s is what PostgreSQL prints, or none',
  async ([type, inputs, known]) => {
    const values = fc.sample(inputs, 400)
    const rows = await world.primary.query<{ value: string; printed: string | null }>(
      `select value, printed($1, value) as printed from unnest($2::text[]) as value`,
      [type, values],
    )
    const accepted = rows.flatMap(({ value, printed }) =>
      printed === null ? [] : [{ value, printed }],
    )
    expect(accepted.length).toBeGreaterThan(50)
    for (const { value, printed } of accepted) {
      expect([printed, undefined]).toContain(canonicalKey(type, value))
      expect(canonicalKey(type, printed)).toBe(known ? printed : undefined)
    }
    const found = accepted.filter(({ value }) => canonicalKey(type, value) !== undefined)
    if (known) expect(found.length).toBeGreaterThan(accepted.length / 2)
  },
)

test('values of a driver are as good as their texts, where nothing is lost', () => {
  expect(canonicalKey('int8', 42n)).toBe('42')
  expect(canonicalKey('int4', 42)).toBe('42')
  expect(canonicalKey('bool', true)).toBe('t')
  expect(canonicalKey('int8', 2 ** 60)).toBeUndefined()
  expect(canonicalKey('int4', 4.2)).toBeUndefined()
  expect(canonicalKey('text', 42)).toBeUndefined()
})
