/** What follows from the rates: pure arithmetic, on what was measured. */
import type { Measured } from './measure.ts'

export interface ForecastOptions {
  /** Home writes so many times what was measured. */
  readonly factor: number
  /** Room for WAL on each disk. `undefined`: nobody said. */
  readonly diskBytes: number | undefined
}

export interface ReplicaForecast {
  readonly name: string
  readonly outcome: 'keeps up' | 'catches up' | 'falls behind' | 'stands still' | 'unknown'
  readonly lagBytes: number
  /** Until it lags by nothing. */
  readonly catchesUpInSeconds: number | undefined
  /** By how much its lag grows. */
  readonly growsBytesPerSecond: number
}

export interface SlotForecast {
  readonly name: string
  readonly node: string
  readonly retainedBytes: number
  /** If nobody read it from now on. `undefined`: no limit takes it. */
  readonly lostInSeconds: number | undefined
  /** `undefined`: nobody said how much room there is. */
  readonly diskFullInSeconds: number | undefined
}

export interface Forecast {
  readonly writeBytesPerSecond: number
  readonly replicas: readonly ReplicaForecast[]
  readonly slots: readonly SlotForecast[]
}

/** Rates within this much of each other are the same: a short look is not exact. */
const TOLERANCE = 0.05

export function forecast(measured: Measured, { factor, diskBytes }: ForecastOptions): Forecast {
  const write = measured.writeBytesPerSecond * factor
  return {
    writeBytesPerSecond: write,
    replicas: measured.replicas.map(({ name, lagBytes, applyBytesPerSecond, isSaturated }) => {
      if (!isSaturated) {
        // It had nothing to wait for, so how much more it could do was not seen.
        const outcome = factor > 1 ? 'unknown' : 'keeps up'
        const none = { catchesUpInSeconds: undefined, growsBytesPerSecond: 0 }
        return { name, outcome, lagBytes, ...none } as const
      }
      const spare = applyBytesPerSecond - write
      if (spare > TOLERANCE * write) {
        return {
          name,
          outcome: 'catches up',
          lagBytes,
          catchesUpInSeconds: lagBytes / spare,
          growsBytesPerSecond: 0,
        } as const
      }
      return {
        name,
        // Where home is idle nothing grows, and nothing shrinks either.
        outcome: write > 0 ? 'falls behind' : 'stands still',
        lagBytes,
        catchesUpInSeconds: undefined,
        growsBytesPerSecond: Math.max(0, -spare),
      } as const
    }),
    slots: measured.slots.map(({ name, node, retainedBytes, safeBytes }) => ({
      name,
      node,
      retainedBytes,
      lostInSeconds: timeFor(safeBytes, write),
      diskFullInSeconds: timeFor(
        diskBytes === undefined ? undefined : Math.max(0, diskBytes - retainedBytes),
        write,
      ),
    })),
  }
}

function timeFor(bytes: number | undefined, bytesPerSecond: number): number | undefined {
  if (bytes === undefined) return undefined
  if (bytes <= 0) return 0
  return bytesPerSecond > 0 ? bytes / bytesPerSecond : undefined
}
