/** `npm run generate`: writes the files that are made from a running PostgreSQL. */
import { writeFile } from 'node:fs/promises'

import { startWorld } from '../local/world.ts'
import { readBuiltins, renderTable, unknownNames } from './function-effects.ts'

const target = new URL('../../src/sql/builtin-functions.generated.ts', import.meta.url)

await using world = await startWorld({ home: 'iad', regions: {} })
const client = await world.primary.connect()
const builtins = await readBuiltins(client)
const unknown = unknownNames(builtins)
if (unknown.length > 0) console.warn(`Not in this PostgreSQL: ${unknown.join(', ')}`)
const [setting] = await world.primary.query<{ major: string }>(
  `select current_setting('server_version_num')::int / 10000 || '' as major`,
)
await writeFile(target, renderTable(builtins, setting?.major ?? ''))
console.log(`Wrote ${builtins.length} functions' effects.`)
