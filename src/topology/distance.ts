/**
 * How long a packet takes between two places, guessed from the map. Good enough to choose whom to
 * ask first; what is measured afterwards replaces it.
 */
import type { Place } from './regions.ts'

const EARTH_RADIUS_KM = 6371

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}

/** Along the surface, by the haversine formula. */
export function distanceKm(a: Place, b: Place): number {
  const half = (from: number, to: number): number => Math.sin(radians(to - from) / 2) ** 2
  const chord =
    half(a.latitude, b.latitude) +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * half(a.longitude, b.longitude)
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(chord))
}

/** Light in glass travels 200 km in a millisecond, and cables do not run straight. */
const GLASS_KM_PER_MS = 200
const DETOUR = 1.38

export function roundTripMs(a: Place, b: Place): number {
  return (2 * distanceKm(a, b) * DETOUR) / GLASS_KM_PER_MS
}
