import type { Region } from '../../../src/topology/regions.ts'

/** The Redis of one region, whoever runs it. */
export interface RegionRedis {
  url(from?: Region): string
  /** Empties it, as FLUSHALL would. */
  flush(): Promise<void>
  /** Ends it without notice and starts it empty. */
  restart(): Promise<void>
  kill(): Promise<void>
  start(): Promise<void>
  freeze(): void
  thaw(): void
}
