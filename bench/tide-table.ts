/** What a tide table of a million rows takes up, and how fast it rises and is compacted. */
import { Redis } from 'ioredis'

import { startWorld } from '../infra/local/world.ts'
import { ioredisCommands } from '../src/cache/redis/ioredis.ts'
import { RedisTable } from '../src/cache/tide-table/redis-table.ts'
import type { Mark } from '../src/cache/tide-table/tide-table.ts'
import { toLsn } from '../src/tide/lsn.ts'
import { toXid } from '../src/tide/xid.ts'
import { type Benchmark, percentiles } from './benchmark.ts'

const TAGS = 1_000_000
const BATCH = 1000

export const tideTable: Benchmark = {
  summary: 'the tide table with a million row tags: memory, rate, compaction',
  compared: {
    bytes_per_tag: { better: 'lower', kind: 'size' },
    tags_per_s: { better: 'higher', kind: 'speed' },
    compact_ms: { better: 'lower', kind: 'speed' },
  },
  run: async (log) => {
    await using world = await startWorld({ home: 'iad', distanceScale: 0 })
    const redis = new Redis(world.region('iad').redis.url())
    try {
      return await measure(log, redis)
    } finally {
      redis.disconnect()
    }
  },
}

async function measure(
  log: (line: string) => void,
  redis: Redis,
): Promise<Readonly<Record<string, number>>> {
  const table = new RedisTable(ioredisCommands(redis))
  const before = await usedMemory(redis)
  const begun = performance.now()
  const batches: number[] = []
  for (let from = 0; from < TAGS; from += BATCH) batches.push(await raise(table, from))
  const seconds = (performance.now() - begun) / 1000
  const memory = (await usedMemory(redis)) - before
  log(`${TAGS} tags such as public.order_item#id=1234567, ${BATCH} to a call`)

  // The slowest other command tells how long Redis was busy with one piece of the compaction.
  const compacting = new AbortController()
  const waits: number[] = []
  async function ping(): Promise<void> {
    const other = redis.duplicate()
    while (!compacting.signal.aborted) {
      const asked = performance.now()
      await other.ping()
      waits.push(performance.now() - asked)
    }
    other.disconnect()
  }
  const pinging = ping()
  const started = performance.now()
  const removed = await table.compact(mark(TAGS - TAGS / 10), TAGS / 2)
  const compaction = performance.now() - started
  compacting.abort()
  await pinging
  if (removed !== TAGS - TAGS / 10) throw new Error(`Removed ${removed} tags`)

  return {
    tags: TAGS,
    memory_mb: Math.round(memory / 1024 / 1024),
    bytes_per_tag: Math.round(memory / TAGS),
    tags_per_s: Math.round(TAGS / seconds),
    raise_1000_ms_p50: tenths(percentiles(batches).p50),
    raise_1000_ms_p99: tenths(percentiles(batches).p99),
    compact_removed: removed,
    compact_ms: Math.round(compaction),
    ping_while_compacting_ms_p99: tenths(percentiles(waits).p99),
  }
}

async function raise(table: RedisTable, from: number): Promise<number> {
  const tags = new Map<string, Mark>()
  for (let id = from; id < from + BATCH; id++) tags.set(`public.order_item#id=${id}`, mark(id + 1))
  const begun = performance.now()
  await table.raise({ tags, horizon: { epoch: 1, lsn: toLsn(BigInt(from + BATCH)), at: 1 } })
  return performance.now() - begun
}

function mark(position: number): Mark {
  return { epoch: 1, lsn: toLsn(BigInt(position)), xid: toXid(BigInt(position)) }
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}
