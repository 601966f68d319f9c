import { expect, test } from 'vitest'

import { distanceKm, roundTripMs } from '../../../src/topology/distance.ts'
import { regions } from '../../../src/topology/regions.ts'

test('distances are those of the map', () => {
  expect(distanceKm(regions.iad, regions.fra)).toBeCloseTo(6540, -2)
  expect(distanceKm(regions.fra, regions.syd)).toBeCloseTo(16480, -2)
  // Across the date line it is not far.
  expect(distanceKm(regions.akl, regions.lax)).toBeCloseTo(10470, -2)
})

test('a round trip grows with the distance and is the same both ways', () => {
  expect(roundTripMs(regions.fra, regions.fra)).toBe(0)
  expect(roundTripMs(regions.fra, regions.iad)).toBe(roundTripMs(regions.iad, regions.fra))
  expect(roundTripMs(regions.fra, regions.cdg)).toBeLessThan(roundTripMs(regions.fra, regions.iad))
})
