import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { decodeEntry, encodeEntry } from '../../../src/cache/entry-text.ts'
import type { Entry } from '../../../src/cache/entry.ts'
import { fromPrimary, fromStandby, someRows } from '../../support/cache/cache-conformance.ts'
import { anyLsn, anyPosition, anyXid } from '../tide/arbitraries.ts'

async function restored(text: string): Promise<Entry | undefined> {
  const stored = decodeEntry(text)
  return stored && { ...stored.head, result: await stored.result() }
}

const epoch = fc.integer({ min: 1, max: 2 ** 32 - 1 })
// No text of Postgres has a half of a character.
const text = fc.string({ unit: 'grapheme' })
const entry: fc.Arbitrary<Entry> = fc.record({
  lo: fc.oneof(fc.record({ epoch, lsn: anyLsn }), fc.record({ epoch, xmin: anyXid })),
  hi: anyPosition,
  at: fc.option(fc.nat(), { nil: undefined }),
  tags: fc.array(text),
  result: fc.record({
    fields: fc.constant(someRows.fields),
    rows: fc.array(fc.array(fc.option(text))),
    command: text,
    rowCount: fc.option(fc.nat()),
  }),
})

test('an entry comes back as it was', async () => {
  const comesBack = fc.asyncProperty(entry, async (each) => {
    expect(await restored(await encodeEntry(each))).toEqual(each)
  })
  await fc.assert(comesBack, { numRuns: 300 })
})

test('rows that repeat themselves are compressed, and come back as they were', async () => {
  const rows = Array.from({ length: 3000 }, (_, id) => [`${id}`, 'Straße 🌊 '.repeat(5), null])
  const large = { ...fromStandby(20, 30, { ...someRows, rows }), tags: ['post'] }
  const written = await encodeEntry(large)
  expect(written.length).toBeLessThan(JSON.stringify(rows).length / 5)
  expect(await restored(written)).toEqual(large)
})

test('rows that would not get smaller are left as they are', async () => {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(30_000)), (byte) => byte + 0x100)
  const rows = [[String.fromCharCode(...random)]]
  const large = { ...fromPrimary(20, 30, { ...someRows, rows }), tags: [] }
  const written = await encodeEntry(large)
  expect(written).toContain('\nj')
  expect(await restored(written)).toEqual(large)
})
