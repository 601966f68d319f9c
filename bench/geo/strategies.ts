import { pollLsn, primaryOnly, randomReplica, sticky } from './rivals.ts'
import type { Strategy } from './strategy.ts'
import { tidegate, tidegateAndCache } from './tidegate.ts'

/** By the name that `--strategies` and the figures give them. */
export const strategies: Readonly<Record<string, Strategy>> = {
  'primary-only': primaryOnly,
  'random-replica': randomReplica,
  'sticky-2s': sticky(2),
  'sticky-5s': sticky(5),
  'poll-lsn': pollLsn,
  tidegate,
  'tidegate+cache': tidegateAndCache,
}
