import { readFile } from 'node:fs/promises'

import { afterAll, beforeAll, expect, test } from 'vitest'

import {
  type BuiltinFunction,
  effectOf,
  readBuiltins,
  renderTable,
  unknownNames,
} from '../../infra/generate/function-effects.ts'
import { startWorld, type World } from '../../infra/local/world.ts'

let world: World
let builtins: readonly BuiltinFunction[]
let major: string

beforeAll(async () => {
  world = await startWorld({ home: 'iad', regions: {} })
  const client = await world.primary.connect()
  builtins = await readBuiltins(client)
  const { rows } = await client.query<{ major: string }>(
    `select (current_setting('server_version_num')::int / 10000)::text as major`,
  )
  major = rows[0]?.major ?? ''
})

afterAll(async () => {
  await world?.stop()
})

test('every function of this PostgreSQL is classified, as the checked-in table has it', async () => {
  const table = new URL('../../src/sql/builtin-functions.generated.ts', import.meta.url)
  expect(renderTable(builtins, major)).toBe(await readFile(table, 'utf8'))
})

test('the reviewed lists name no function that does not exist', () => {
  expect(unknownNames(builtins)).toEqual([])
})

test('a volatile function that nobody has reviewed is refused by the generator', () => {
  const fresh: BuiltinFunction = {
    name: 'pg_novelty',
    volatility: 'volatile',
    internal: false,
    restricted: false,
  }
  expect(() => effectOf(fresh)).toThrow('pg_novelty is volatile')
})
