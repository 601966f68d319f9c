/** What the package costs an app at the edge cannot grow unseen. */
import { readFile } from 'node:fs/promises'

import { expect, test } from 'vitest'

import { entryBytes } from '../../../bench/entry-bytes.ts'
import { packageEntries } from '../../support/package-entries.ts'

/**
 * Compressed bytes of each edge entry alone. More than 2 % beyond is a decision: change it here.
 * `tidegate/cache` has what `tidegate` alone can do without; an app with both carries nothing twice.
 */
const known: Readonly<Record<string, number>> = {
  tidegate: 37_500,
  'tidegate/thin': 11_580,
  'tidegate/driver': 5_220,
  'tidegate/sql': 16_497,
  'tidegate/cache': 14_614,
  'tidegate/hono': 235,
  'tidegate/next': 1_061,
  'tidegate/drizzle': 1_265,
  'tidegate/kysely': 1_394,
  'tidegate/opentelemetry': 1_249,
}

/** They run on servers, where nobody counts. */
const onServers = ['pg', 'consumer', 'redis-http', 'gateway', 'config'].map(
  (name) => `tidegate/${name}`,
)

test('every entry is either weighed or runs on servers', async () => {
  const entries = Object.keys(await packageEntries())
  expect(entries.toSorted()).toEqual([...Object.keys(known), ...onServers].toSorted())
})

test.each(Object.entries(known))(
  '%s is no larger than %i bytes and 2 %',
  async (name, bytes) => {
    const entry = (await packageEntries())[name] ?? ''
    const { peerDependencies }: { peerDependencies: object } = JSON.parse(
      await readFile('package.json', 'utf8'),
    )
    const external = [...Object.keys(peerDependencies), 'hono']
    expect(await entryBytes(entry, external)).toBeLessThanOrEqual(bytes * 1.02)
  },
  60_000,
)
