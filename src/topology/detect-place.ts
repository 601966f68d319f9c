/**
 * Where this code runs, from what the platform tells of it. All comes in as plain values: nothing here
 * knows of a platform's globals.
 */
import { findRegion } from './region-names.ts'
import { type Place, type Region, regions } from './regions.ts'

export interface PlaceHints {
  /** A region's name, or coordinates: what an operator says is believed before all else. */
  readonly region?: string | Place | undefined
  /** What the platform says of the machine: `FLY_REGION`, `VERCEL_REGION`, `AWS_REGION`. */
  readonly env?: Readonly<Partial<Record<EnvName, string | undefined>>> | undefined
  /** `request.cf` on Cloudflare. */
  readonly cf?:
    | { readonly colo?: unknown; readonly latitude?: unknown; readonly longitude?: unknown }
    | undefined
  /** The request's headers. */
  readonly headers?: { get(name: string): string | null } | undefined
}

export interface DetectedPlace extends Place {
  /** `undefined` where only coordinates are known. */
  readonly region: Region | undefined
}

type EnvName = 'VERCEL_REGION' | 'FLY_REGION' | 'AWS_REGION'

// On Vercel AWS_REGION is set as well, to where Vercel's own functions run: the platform's name is first.
const envNames: readonly EnvName[] = ['VERCEL_REGION', 'FLY_REGION', 'AWS_REGION']

export function detectPlace(hints: PlaceHints): DetectedPlace | undefined {
  const { region, env, cf, headers } = hints
  if (typeof region === 'object') return { ...region, region: undefined }
  const names = [
    region,
    ...envNames.map((name) => env?.[name]),
    typeof cf?.colo === 'string' ? cf.colo : undefined,
    vercelRegion(headers?.get('x-vercel-id')),
  ]
  for (const name of names) {
    const found = name === undefined ? undefined : findRegion(name)
    if (found) return { ...regions[found], region: found }
  }
  // The place of the user, to whom the edge is near.
  return (
    coordinates(cf?.latitude, cf?.longitude) ??
    coordinates(headers?.get('x-vercel-ip-latitude'), headers?.get('x-vercel-ip-longitude'))
  )
}

/** `fra1::iad1::hash`: entered in Frankfurt, runs in Virginia. Of two it is the last that runs. */
function vercelRegion(id: string | null | undefined): string | undefined {
  return id?.split('::').slice(0, -1).at(-1)?.split(':').at(-1)
}

function coordinates(latitude: unknown, longitude: unknown): DetectedPlace | undefined {
  const [north, east] = [degrees(latitude), degrees(longitude)]
  return isLatitude(north) && isLongitude(east)
    ? { latitude: north, longitude: east, region: undefined }
    : undefined
}

/** Platforms send them as text, and nothing for what they do not know: `Number('')` is 0. */
function degrees(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value
}

export function isLatitude(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= 90
}

export function isLongitude(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= 180
}
