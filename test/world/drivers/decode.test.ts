import { neon, type NeonQueryFunction, neonConfig, types } from '@neondatabase/serverless'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startWorld, type World } from '../../../infra/local/world.ts'
import { decodeResult, decodeRows } from '../../../src/drivers/decode.ts'
import type { Driver, RawResult, Target } from '../../../src/drivers/driver.ts'
import { neonDriver } from '../../../src/drivers/neon.ts'
import { pgDriver, type PgDriver } from '../../../src/drivers/node/pg.ts'
import { type NeonEndpoint, startNeonEndpoint } from '../../support/neon-endpoint.ts'

/** A value of every type that an app meets, and of each the awkward ones. */
const values = [
  `null::int as nothing`,
  `true as t, false as f, '{t,f,null}'::bool[] as list`,
  `1::int2 as i2, -2147483648 as i4, 9223372036854775807::int8 as i8, '{1,null,{3}}' as not_a_list`,
  `'{1,2}'::int2[] as l2, '{{1,2},{3,null}}'::int4[] as l4, '{9223372036854775807}'::int8[] as l8`,
  `1.5::float4 as f4, 'NaN'::float8 as nan, '-Infinity'::float8 as inf, 0.1::float8 + 0.2 as sum`,
  `12345678901234567890.123456789::numeric as n, '{1.10,2}'::numeric[] as list`,
  `12.34::money as money, '748'::xid as xid, '748'::xid8 as xid8, '16/B374D848'::pg_lsn as lsn`,
  `'text' as t, 'v'::varchar(3) as v, 'c'::char(3) as c, 'n'::name as n, 'é, "q" and 🌊' as u`,
  `'{"a b","c\\"d",null,"","null"}'::text[] as list, array[]::text[] as empty`,
  `'\\xdeadbeef'::bytea as b, '\\x'::bytea as empty, array['\\x01'::bytea, null] as list`,
  `'2026-11-21'::date as d, 'infinity'::date as inf, '0044-03-15 BC'::date as bc`,
  `'2026-11-21 05:06:07.123456'::timestamp as ts, '{2026-11-21 05:06:07}'::timestamp[] as list`,
  `'2026-11-21 05:06:07.123456+02'::timestamptz as tz, '-infinity'::timestamptz as inf`,
  `'05:06:07.1'::time as t, '05:06:07+02'::timetz as tz`,
  `'1 year 2 mons -3 days 04:05:06.789'::interval as i, '{1 day}'::interval[] as list`,
  `'{"a": [1, null, "x"], "__proto__": 1}'::json as j, '[1.0, {"b": true}]'::jsonb as b, 'null'::json as nil`,
  `array['{"a": 1}'::jsonb] as list, '$.a'::jsonpath as path`,
  `'6a2f41a3-c54c-4d3a-8b5a-1f2e3d4c5b6a'::uuid as u, '{6a2f41a3-c54c-4d3a-8b5a-1f2e3d4c5b6a}'::uuid[] as list`,
  `'10.0.0.1/8'::inet as i, '10.0.0.0/8'::cidr as c, '08:00:2b:01:02:03'::macaddr as m`,
  `point(1, 2.5) as p, circle(point(1, 2), 3) as c, box(point(0, 0), point(1, 1)) as b`,
  `'[1,5)'::int4range as r, '{[1,2),[3,4)}'::int4multirange as m, B'101' as bits`,
  `'a b'::tsvector as v, 'a & b'::tsquery as q, row(1, 'x') as record, '<a/>'::text as x`,
  `1 as same, 2 as same, 3 as "__proto__", 4 as "constructor"`,
]

describe('decoding', () => {
  let world: World
  let endpoint: NeonEndpoint
  let target: Target
  let tcp: PgDriver
  let official: NeonQueryFunction<false, false>

  beforeAll(async () => {
    world = await startWorld({ home: 'iad', distanceScale: 0 })
    endpoint = await startNeonEndpoint()
    target = { name: 'iad', role: 'primary', url: world.primary.url(), endpoint: endpoint.url }
    tcp = pgDriver()
    neonConfig.fetchEndpoint = endpoint.url
    official = neon(world.primary.url())
  })
  afterAll(async () => {
    await tcp?.end()
    await endpoint?.[Symbol.asyncDispose]()
    await world?.stop()
  })

  async function raw(driver: Driver, text: string): Promise<RawResult> {
    const { signal } = new AbortController()
    const { results } = await driver.write(target, { queries: [{ text, params: [] }], signal })
    if (!results[0]) throw new Error('there is no result')
    return results[0]
  }

  const drivers: readonly [string, () => Driver][] = [
    ['neon', () => neonDriver()],
    ['pg', () => tcp],
  ]

  for (const [name, make] of drivers) {
    test.each(values)(`what ${name} brings is what neon() gives: select %s`, async (list) => {
      const text = `select ${list}`
      const result = await raw(make(), text)

      expect(decodeRows(result, { types })).toStrictEqual(await official.query(text))
      expect(decodeRows(result, { types, arrayMode: true })).toStrictEqual(
        await official.query(text, [], { arrayMode: true }),
      )
    })

    test.each([
      'select 1 as n union all select 2',
      'create table if not exists thing (id int generated always as identity primary key, n int)',
      'insert into thing (n) values (1), (2)',
      'update thing set n = 3 returning n, n::text as t',
      'select from thing',
      'set application_name to tried',
    ])(`the full result by ${name} is that of neon(): %s`, async (text) => {
      for (const arrayMode of [false, true]) {
        const theirs = await official.query(text, [], { fullResults: true, arrayMode })
        const ours = decodeResult(await raw(make(), text), { types, arrayMode })

        const { fields, rows, command, rowCount, rowAsArray } = theirs
        // Two inserts of their own: of what they return, all is alike.
        expect(ours.fields.map((field) => ({ ...field }))).toEqual(fields)
        expect(ours.command).toBe(command)
        expect(ours.rowAsArray).toBe(rowAsArray)
        if (!text.includes('thing')) expect([ours.rows, ours.rowCount]).toEqual([rows, rowCount])
      }
    })
  }

  test("an app's own parsers are asked as neon() asks them", async () => {
    const own = {
      getTypeParser: (oid: number) => (text: string) => (oid === 20 ? BigInt(text) : undefined),
    }
    const text = 'select 1::int8 as big, 2 as other, null as nothing'

    expect(decodeRows(await raw(neonDriver(), text), { types: own })).toStrictEqual(
      await official.query(text, [], { types: own }),
    )
  })
})
