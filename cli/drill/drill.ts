/** A failover, step by step, with the time that each took since the primary was gone. */
import { setTimeout as sleep } from 'node:timers/promises'

import { type History, settle } from '../../src/tide/history.ts'
import type { ConfiguredRegion } from '../config/config.ts'
import { RegionRedis } from '../reach/region-redis.ts'
import { Observatory, type Status } from '../status/observe.ts'
import type { Stage } from './stage.ts'
import { Writer } from './writer.ts'

export interface DrillStep {
  readonly what: string
  /** Since the primary was stopped. `undefined`: it did not happen in time. */
  readonly ms: number | undefined
}

export interface DrillReport {
  readonly steps: readonly DrillStep[]
  readonly acknowledged: number
  /** Writes that had been acknowledged and are gone with the old primary, at most. */
  readonly lost: number
  /** From the last write that the old primary took to the first of the new one. */
  readonly withoutWritesMs: number | undefined
  readonly passed: boolean
}

export interface DrillOptions {
  readonly limitMs: number
  readonly warmUpMs: number
  readonly signal: AbortSignal
  readonly onStep: (step: DrillStep) => void
}

const LOOK_EVERY_MS = 100

export async function drill(stage: Stage, options: DrillOptions): Promise<DrillReport> {
  const { onStep, signal } = options
  const steps: DrillStep[] = []
  const note = (what: string, ms: number | undefined): void => {
    const step = { what, ms }
    steps.push(step)
    onStep(step)
  }
  const writer = new Writer(stage.config)
  await using observatory = new Observatory(stage.config)
  await soundBefore(observatory, options)
  writer.start()
  try {
    await sleep(options.warmUpMs, undefined, { signal })
    const { timeline: before } = writer.acknowledged.at(-1) ?? { timeline: 0 }
    await stage.stopPrimary()
    const begun = performance.now()
    const since = (): number => performance.now() - begun
    note('the primary is gone', 0)
    // What comes of it is looked at while it lasts.
    const promoting = stage.promote()
    promoting.catch(() => {})
    note(`${stage.heir.name} is told to take over`, since())

    const wanted = expectations(stage, before, writer)
    while (wanted.size > 0 && since() < options.limitMs) {
      signal.throwIfAborted()
      const status = await observatory.look()
      for (const [what, holds] of wanted) {
        const held = holds(status)
        if (held === false) continue
        wanted.delete(what)
        note(what, held === true ? since() : held - begun)
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal })
    }
    await promoting
    for (const what of wanted.keys()) note(what, undefined)
    await writer.stop()
    return { ...(await account(stage, writer, before)), steps, passed: wanted.size === 0 }
  } finally {
    await writer.stop()
  }
}

/** Whether it holds, or since when it is known to. */
type Expectation = (status: Status) => boolean | number

/** What has to come true after the takeover, by what is said of it. */
function expectations(stage: Stage, before: number, writer: Writer): Map<string, Expectation> {
  const { config, heir } = stage
  const old = config.primary
  const wanted = new Map<string, Expectation>([
    [
      `${heir.name} takes writes`,
      () => writer.acknowledged.find(({ timeline }) => timeline > before)?.at ?? false,
    ],
  ])
  for (const { name, role } of config.nodes) {
    if (name === old.name || name === heir.name) continue
    wanted.set(`the ${role} ${name} follows ${heir.name}`, ({ nodes }) => {
      const first = writer.acknowledged.find(({ timeline }) => timeline > before)
      const node = nodes.find((each) => each.node === name)
      return first !== undefined && node?.unable === undefined && (node?.lagMs ?? Infinity) < 2_000
    })
  }
  for (const { name, redis } of config.regions) {
    if (redis === undefined) continue
    wanted.set(`the tide table of ${name} knows the new epoch`, ({ regions }) => {
      return (regions.find(({ region }) => region === name)?.epoch ?? 0) > before
    })
    wanted.set(`the horizon of ${name} rises again`, ({ regions }) => {
      const table = regions.find(({ region }) => region === name)
      return (table?.epoch ?? 0) > before && (table?.horizonAgeMs ?? Infinity) < 2_000
    })
  }
  return wanted
}

/** A drill on what is broken already would tell nothing. */
async function soundBefore(observatory: Observatory, options: DrillOptions): Promise<void> {
  const begun = performance.now()
  for (;;) {
    const { nodes, regions } = await observatory.look()
    const isSound =
      [...nodes, ...regions].every(({ unable }) => unable === undefined) &&
      regions.every(({ horizonAgeMs = Infinity }) => horizonAgeMs < 5_000)
    if (isSound) return
    if (performance.now() - begun > options.limitMs) {
      throw new Error('Not everything was sound before: see tidegate doctor')
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: options.signal })
  }
}

async function account(
  stage: Stage,
  { acknowledged }: Writer,
  before: number,
): Promise<Pick<DrillReport, 'acknowledged' | 'lost' | 'withoutWritesMs'>> {
  const history = await historyOf(stage.config.regions, stage.config.table, before)
  const old = acknowledged.filter(({ timeline }) => timeline <= before)
  const lost = history
    ? old.filter(
        ({ timeline, lsn }) => settle({ epoch: timeline, lsn }, history).outcome === 'lost',
      )
    : []
  const first = acknowledged.find(({ timeline }) => timeline > before)
  const last = old.at(-1)
  return {
    acknowledged: acknowledged.length,
    lost: lost.length,
    withoutWritesMs: first && last ? first.at - last.at : undefined,
  }
}

async function historyOf(
  regions: readonly ConfiguredRegion[],
  table: string,
  before: number,
): Promise<History | undefined> {
  for (const region of regions) {
    if (!region.redis?.isSet) continue
    using redis = new RegionRedis(region, table)
    const reading = await redis.table.read().catch(() => undefined)
    if (reading?.history && reading.history.current > before) return reading.history
  }
  return undefined
}
