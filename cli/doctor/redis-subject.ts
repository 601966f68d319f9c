/** A region's Redis that checks ask. */
import type { Config, ConfiguredRegion } from '../config/config.ts'
import type { RegionRedis } from '../reach/region-redis.ts'
import type { NodeSubject } from './node-subject.ts'

export interface RedisSubject {
  readonly config: Config
  readonly region: ConfiguredRegion
  readonly redis: RegionRedis
  readonly info: ReadonlyMap<string, string>
  readonly roundTripMs: number
  /** The primary, where it can be reached. */
  readonly home: NodeSubject | undefined
}
