import type { Benchmark, Figures } from './benchmark.ts'
import { CdcWorld, peakMb } from './cdc-world.ts'

const ROWS = 5_000_000

/** One transaction of any size passes through in the memory of a small one. */
export const cdcLarge: Benchmark = {
  summary: 'the memory that an update of 5,000,000 rows in one transaction takes',
  run: async (log) => {
    await using cdc = await CdcWorld.start()
    const { primary } = cdc.world
    await primary.query(`insert into item select g, 'a' from generate_series(1, ${ROWS}) g`)
    log('wrote the rows')
    await cdc.slot('large')
    const { program } = await cdc.consume('large')
    await cdc.horizon(await cdc.position())
    const restMb = peakMb(program)
    const startedAt = performance.now()
    await primary.query(`update item set body = 'b'`)
    log('updated them')
    await cdc.horizon(await cdc.position())
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10
    const { tags } = await cdc.table.read({ tags: ['public.item#*', 'public.item#id=1'] })
    const figures = {
      rows: ROWS,
      rss_mb_at_rest: restMb,
      rss_mb_max: peakMb(program),
      seconds,
      tags: [...tags.keys()].join(' '),
    }
    await program.stop()
    return figures satisfies Figures
  },
}
