/**
 * What a rule or a hint may ask for. Plain data: this layer only reads and carries it, the gate and
 * the client act on it.
 */
import { checkWord } from '../check.ts'

/** Which kind of source may answer. `nearest` is what the gate does by itself. */
export type Route = 'primary' | 'replica' | 'nearest'

/** How fresh an answer must be. */
export type Freshness = 'strong' | 'session' | 'any' | { readonly within: number }

/** What a write waits for before it is acknowledged: Postgres' `synchronous_commit`, weakest first. */
export const durabilities = ['off', 'local', 'remote_write', 'on', 'remote_apply'] as const
export type Durability = (typeof durabilities)[number]

export interface Outcome {
  readonly route?: Route | undefined
  readonly freshness?: Freshness | undefined
  /** Whether the cache may answer and be filled, and keep an answer for so many seconds. Never makes cacheable what is not. */
  readonly cache?: boolean | { readonly ttl: number } | undefined
  /** The name of a group of nodes. */
  readonly pool?: string | undefined
  /** What a write waits for. Means nothing to a read. */
  readonly durability?: Durability | undefined
}

export const routes: readonly Route[] = ['primary', 'replica', 'nearest']
export const freshnessWords = ['strong', 'session', 'any'] as const

/** @throws TidegateError `CONFIG_INVALID`: what passes may stand in a statement. */
export function checkDurability(field: string, value: Durability | undefined): void {
  checkWord(field, value, durabilities)
}

const durationForm = /^(\d{1,9})(ms|s|m)?$/
const unitMs = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
])

/** `500ms`, `2s`, `1m`, or bare milliseconds. */
export function parseDurationMs(text: string): number | undefined {
  const [, digits, unit] = durationForm.exec(text) ?? []
  if (digits === undefined) return undefined
  return Number(digits) * (unitMs.get(unit ?? 'ms') ?? 1)
}
