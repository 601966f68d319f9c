/** How fast home writes and the others apply, from looking at their positions for a while. */
import { setTimeout as sleep } from 'node:timers/promises'

import { TidegateError } from '../../src/errors.ts'
import type { Config } from '../config/config.ts'
import { Database } from '../reach/database.ts'
import { problemOf } from '../reach/problem.ts'
import { type Standing, standingOf } from '../reach/standing.ts'

export interface Measured {
  readonly seconds: number
  readonly writeBytesPerSecond: number
  readonly replicas: readonly MeasuredReplica[]
  readonly slots: readonly MeasuredSlot[]
  /** Nodes that could not be measured, and why. */
  readonly unable: Readonly<Record<string, string>>
}

export interface MeasuredReplica {
  readonly name: string
  readonly region: string
  readonly role: string
  readonly lagBytes: number
  readonly applyBytesPerSecond: number
  /** It lacked something all the while: this is all that it can do. */
  readonly isSaturated: boolean
}

export interface MeasuredSlot {
  readonly name: string
  readonly node: string
  readonly active: boolean
  readonly retainedBytes: number
  /** How much more may be written until it is lost. `undefined`: no limit was set. */
  readonly safeBytes: number | undefined
}

interface Sample {
  readonly at: number
  readonly standing: Standing
}

/** Less than this is what is on its way at any moment. */
const LAG_BYTES = 64 * 1024

export async function measure(
  config: Config,
  forMs: number,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<Measured> {
  const databases = config.nodes.map((node) => new Database(node))
  const samples = new Map<Database, Sample[]>()
  const unable: Record<string, string> = {}
  const begun = performance.now()
  const STEPS = 10
  try {
    for (let step = 0; step <= STEPS; step++) {
      await Promise.all(
        databases.map(async (database) => {
          try {
            const standing = await standingOf(database)
            const known = samples.get(database) ?? []
            known.push({ at: performance.now(), standing })
            samples.set(database, known)
          } catch (error) {
            unable[database.node.name] = problemOf(error)
          }
        }),
      )
      onProgress(step / STEPS)
      const next = begun + (forMs * (step + 1)) / STEPS
      if (step < STEPS) await sleep(Math.max(0, next - performance.now()), undefined, { signal })
    }
    const slots = await slotsOf(databases, unable)
    return evaluate(samples, slots, unable)
  } finally {
    await Promise.all(databases.map((database) => database[Symbol.asyncDispose]()))
  }
}

function evaluate(
  samples: ReadonlyMap<Database, readonly Sample[]>,
  slots: readonly MeasuredSlot[],
  unable: Readonly<Record<string, string>>,
): Measured {
  const primary = [...samples].find(([, all]) => all.at(-1)?.standing.role === 'primary')
  const home = primary?.[1] ?? []
  const [first, last] = [home[0], home.at(-1)]
  if (first?.standing.lsn === undefined || last?.standing.lsn === undefined || first === last) {
    throw new TidegateError('REPLICATION_FAILED', 'The primary could not be measured.')
  }
  const told = { ...unable }
  const replicas = [...samples].flatMap(([{ node }, all]): MeasuredReplica[] => {
    if (all === home) return []
    const [from, to] = [all[0], all.at(-1)]
    if (from?.standing.lsn === undefined || to?.standing.lsn === undefined) {
      told[node.name] ??= 'it cannot tell how far it is: no heartbeat has come there'
      return []
    }
    // What home had when the replica was asked, by the sample of the same turn.
    const behind = all.map(({ standing }, at) =>
      Number((home[at]?.standing.lsn ?? 0n) - (standing.lsn ?? 0n)),
    )
    return [
      {
        name: node.name,
        region: node.region,
        role: to.standing.role,
        lagBytes: Math.max(0, behind.at(-1) ?? 0),
        applyBytesPerSecond: rate(from, to),
        isSaturated: behind.every((bytes) => bytes > LAG_BYTES),
      },
    ]
  })
  return {
    seconds: (last.at - first.at) / 1000,
    writeBytesPerSecond: rate(first, last),
    replicas,
    slots,
    unable: told,
  }
}

function rate(from: Sample, to: Sample): number {
  const bytes = Number((to.standing.lsn ?? 0n) - (from.standing.lsn ?? 0n))
  return to.at > from.at ? Math.max(0, (bytes * 1000) / (to.at - from.at)) : 0
}

const SLOTS = `select slot_name as name, active, safe_wal_size::float8 as safe,
  greatest(0, coalesce((case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
    else pg_current_wal_lsn() end) - restart_lsn, 0))::float8 as retained
from pg_replication_slots where not temporary and wal_status is distinct from 'lost' order by 1`

async function slotsOf(
  databases: readonly Database[],
  unable: Record<string, string>,
): Promise<readonly MeasuredSlot[]> {
  const all = await Promise.all(
    databases.map(async (database): Promise<MeasuredSlot[]> => {
      try {
        const rows = await database.ask<{
          name: string
          active: boolean
          safe: number | null
          retained: number
        }>(SLOTS)
        return rows.map(({ name, active, safe, retained }) => ({
          name,
          node: database.node.name,
          active,
          retainedBytes: retained,
          safeBytes: safe ?? undefined,
        }))
      } catch (error) {
        unable[database.node.name] ??= problemOf(error)
        return []
      }
    }),
  )
  return all.flat()
}
