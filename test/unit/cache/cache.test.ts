import { describe } from 'vitest'

import { MemoryTier } from '../../../src/cache/memory-tier.ts'
import { MemoryStore } from '../../../src/cache/stores/memory-store.ts'
import { MemoryTable } from '../../../src/cache/tide-table/memory-table.ts'
import { type CacheParts, describeCache } from '../../support/cache/cache-conformance.ts'

function inMemory(): Omit<CacheParts, 'memory'> {
  const table = new MemoryTable()
  return { store: new MemoryStore({ table }), table }
}

describe('entries in this process', () => {
  describeCache(async () => await Promise.resolve(inMemory()))
})

describe('two tiers', () => {
  describeCache(async () => await Promise.resolve({ ...inMemory(), memory: new MemoryTier() }))
})
