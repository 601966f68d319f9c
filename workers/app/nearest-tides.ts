/** The tide table and cache of the region in which this code runs, out of those of all regions. */
import { redisHttp, RegionTides } from '../../src/cache/index.ts'
import { TidegateError } from '../../src/errors.ts'
import { roundTripMs } from '../../src/topology/distance.ts'
import { findRegion } from '../../src/topology/region-names.ts'
import { type Place, type Region, regions } from '../../src/topology/regions.ts'

/** A region's Redis over HTTP: Upstash's, or one behind `tidegate/redis-http`. */
export interface TidesSetting {
  readonly region: Region
  readonly url: string
  readonly token: string
}

/** @throws TidegateError `CONFIG_INVALID` */
export function readTidesSetting(json: string | undefined): readonly TidesSetting[] {
  if (json === undefined) return []
  try {
    const list: unknown = JSON.parse(json)
    if (Array.isArray(list)) return list.map(toSetting)
  } catch (error) {
    // What the parser says would quote it.
    if (error instanceof TidegateError) throw error
  }
  throw refusal()
}

function toSetting(value: unknown): TidesSetting {
  if (typeof value !== 'object' || value === null) throw refusal()
  const { region, url, token }: Partial<Record<keyof TidesSetting, unknown>> = value
  const known = typeof region === 'string' ? findRegion(region) : undefined
  if (!known || typeof url !== 'string' || typeof token !== 'string') throw refusal()
  return { region: known, url, token }
}

function refusal(): TidegateError {
  return new TidegateError(
    'CONFIG_INVALID',
    'TIDES: expected a JSON list: [{"region": "fra", "url": "https://…", "token": "…"}, …].',
  )
}

/** Beyond this a cache is no nearer than a database would be. */
const FARTHEST_MS = 40

export function nearestTides(
  all: readonly TidesSetting[],
  here: Place | undefined,
): RegionTides | undefined {
  if (!here) return undefined
  const far = ({ region }: TidesSetting): number => roundTripMs(here, regions[region])
  const [nearest] = all
    .filter((each) => far(each) <= FARTHEST_MS)
    .toSorted((a, b) => far(a) - far(b))
  if (!nearest) return undefined
  const { region, url, token } = nearest
  return new RegionTides({ redis: redisHttp({ url, token }), region })
}
