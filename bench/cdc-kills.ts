import { setTimeout as sleep } from 'node:timers/promises'

import { consumerProcess } from '../test/support/consumer/consumer-process.ts'
import { coverage } from '../test/support/consumer/truth.ts'
import { WriteLoad } from '../test/support/consumer/write-load.ts'
import { LogicalSlot } from '../test/support/logical-slot.ts'
import { type Benchmark, type Figures, wholeNumber } from './benchmark.ts'
import { CdcWorld } from './cdc-world.ts'

const LONGEST_LIFE_MS = 1_500

/** Kills the consumer at random moments under write load, and compares with another slot's changes. */
export const cdcKills: Benchmark = {
  summary: 'what is lost when the consumer is killed again and again under load',
  options: { kills: { default: '200', help: 'how often it is killed' } },
  amongAll: { kills: '30' },
  compared: {
    lost: { better: 'lower', kind: 'exact' },
    confirmed_early: { better: 'lower', kind: 'exact' },
  },
  run: async (log, { kills: text = '200' }) => {
    const kills = wholeNumber('kills', text)
    await using cdc = await CdcWorld.start()
    const { primary } = cdc.world
    await primary.query('create table public.note (id int primary key, body text)')
    await cdc.slot('killed')
    await using truth = await LogicalSlot.on(primary)
    const { process: program } = await consumerProcess(cdc.world, {
      name: 'killed',
      source: primary,
      slot: 'killed',
    })
    let early = 0
    let commits = 0
    {
      await using load = new WriteLoad(primary, 1, 20)
      for (let kill = 1; kill <= kills; kill += 1) {
        program.spawn()
        // Node itself takes a third of a second to start.
        await sleep(300 + Math.random() * LONGEST_LIFE_MS)
        await program.kill()
        const confirmed = await cdc.confirmed('killed')
        const { horizon } = await cdc.table.read()
        if (horizon && horizon.lsn < confirmed) early += 1
        if (kill % 20 === 0) log(`${kill} kills`)
      }
      commits = load.commits
    }
    program.spawn()
    await cdc.horizon(await cdc.position())
    const { checked, missing } = await coverage(cdc.table, truth)
    await program.stop()
    const figures = { kills, commits, checked, lost: missing.length, confirmed_early: early }
    return figures satisfies Figures
  },
}
