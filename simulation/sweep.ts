/** Runs that differ in one thing, to see what grows with it: regions, or the share of writes. */
import type { Figures } from './measure/figures.ts'
import type { SimulationOptions } from './options.ts'
import { type RunOptions, simulate } from './simulate.ts'

const REGIONS = [1, 2, 3, 5, 8, 12, 18, 24, 30]
const WRITES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4]
/** While writes are varied: enough of them, and not too many for one core. */
const REGIONS_FOR_WRITES = 12
/** Sessions of a region begin at this rate, so that an app with more regions has more users. */
const SESSIONS_PER_REGION_AND_SECOND = 10
const SECONDS = 40

export interface Sweep {
  readonly regions: readonly Figures[]
  readonly writes: readonly Figures[]
}

/** Without faults, whose moments would show as steps. */
export async function sweep(base: SimulationOptions, run: RunOptions): Promise<Sweep> {
  const nodesOfRegion = Math.max(1, Math.round(base.nodes / base.regions))
  const at = (regions: number, writes: number): SimulationOptions => ({
    ...base,
    regions,
    writes,
    nodes: regions * nodesOfRegion,
    sessions: regions * SESSIONS_PER_REGION_AND_SECOND * SECONDS,
    seconds: SECONDS,
    faults: false,
  })
  const plans = {
    regions: REGIONS.map((regions) => at(regions, base.writes)),
    writes: WRITES.map((writes) => at(REGIONS_FOR_WRITES, writes)),
  }
  const all = [...plans.regions, ...plans.writes]
  const work = all.reduce((sum, { regions }) => sum + regions, 0)
  const figures: Figures[] = []
  let done = 0
  for (const options of all) {
    const before = done
    const one = await simulate(options, {
      ...run,
      onProgress: ({ share, events }) =>
        run.onProgress({ share: (before + share * options.regions) / work, events }),
    })
    figures.push(one)
    done += options.regions
  }
  return { regions: figures.slice(0, REGIONS.length), writes: figures.slice(REGIONS.length) }
}
