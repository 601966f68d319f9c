/** The region that a service is for: the one that is named, or the only one there can be. */
import { findRegion } from '../../src/topology/region-names.ts'
import { usageError } from '../command.ts'
import type { Config, ConfiguredRegion } from '../config/config.ts'

export function regionOf(
  config: Config,
  name: string | undefined,
  fits: (region: ConfiguredRegion) => boolean,
): ConfiguredRegion {
  const fitting = config.regions.filter((region) => fits(region))
  const names = fitting.map((region) => region.name).join(', ')
  if (name === undefined) {
    const [only, ...others] = fitting
    if (only && others.length === 0) return only
    throw usageError(`--region: expected one of ${names}`)
  }
  const code = findRegion(name) ?? name
  const found = fitting.find((region) => region.name === code)
  if (found) return found
  throw usageError(`--region: expected one of ${names}`)
}
