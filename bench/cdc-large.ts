import { type Benchmark, type Figures, wholeNumber } from './benchmark.ts'
import { CdcWorld, peakMb } from './cdc-world.ts'

/** One transaction of any size passes through in the memory of a small one. */
export const cdcLarge: Benchmark = {
  summary: 'the memory that an update of many rows in one transaction takes',
  options: { rows: { default: '5000000', help: 'that one transaction updates' } },
  amongAll: { rows: '500000' },
  compared: {
    rss_mb_max: { better: 'lower', kind: 'size' },
    seconds: { better: 'lower', kind: 'speed' },
  },
  run: async (log, { rows: text = '5000000' }) => {
    const rows = wholeNumber('rows', text)
    await using cdc = await CdcWorld.start()
    const { primary } = cdc.world
    await primary.query(`insert into item select g, 'a' from generate_series(1, ${rows}) g`)
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
      rows,
      rss_mb_at_rest: restMb,
      rss_mb_max: peakMb(program),
      seconds,
      tags: [...tags.keys()].join(' '),
    }
    await program.stop()
    return figures satisfies Figures
  },
}
