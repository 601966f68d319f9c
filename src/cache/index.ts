/** The cache and the tide table it is judged by. */
export type { StoreBreaker } from './budget.ts'
export { Cache, type CacheOptions, type Fresh, type Question } from './cache.ts'
export { type Dependencies, dependencies, type TagNames } from './dependencies.ts'
export type { CachedField, CachedResult, Entry, EntryHead, EntryStamp } from './entry.ts'
export { type CacheKey, cacheKey, type KeyParts } from './key.ts'
export { MemoryTier, type MemoryTierOptions } from './memory-tier.ts'
export type { EntryNeed } from './need.ts'
export type { Bypass, CacheCounts, CachedAnswer, Fill, Lookup } from './outcome.ts'
export {
  type CachedRead,
  type ReadOutcome,
  ReadThrough,
  type ReadThroughOptions,
} from './read-through.ts'
export { RegionTides, type RegionTidesOptions } from './region-tides.ts'
export type { RedisCommand, RedisCommands } from './redis/commands.ts'
export { redisHttp, type RedisHttpOptions } from './redis/http.ts'
export { type IoredisClient, ioredisCommands } from './redis/ioredis.ts'
export { MemoryStore, type MemoryStoreOptions } from './stores/memory-store.ts'
export { RedisStore, type RedisStoreOptions } from './stores/redis-store.ts'
export type { CacheStore, Found } from './stores/store.ts'
export { MemoryTable } from './tide-table/memory-table.ts'
export { NearTable, type NearTableOptions } from './tide-table/near-table.ts'
export { RedisTable, type RedisTableOptions } from './tide-table/redis-table.ts'
export type {
  Applied,
  Mark,
  PrimaryNode,
  PublishedCatalog,
  Raise,
  Raised,
  ReadTable,
  TableReading,
  TideTable,
} from './tide-table/tide-table.ts'
