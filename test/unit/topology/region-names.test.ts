import { expect, test } from 'vitest'

import { findRegion } from '../../../src/topology/region-names.ts'
import { regions } from '../../../src/topology/regions.ts'

test.each([
  ['us-east-1', 'iad'],
  ['eu-central-1', 'fra'],
  ['europe-west3', 'fra'],
  ['germanywestcentral', 'fra'],
  ['ap-southeast-2', 'syd'],
  ['australia-southeast1', 'syd'],
  ['us-west1', 'pdx'],
  ['us-west-1', 'sjc'],
  // As Neon writes them.
  ['aws-us-east-2', 'cmh'],
  ['azure-eastus2', 'iad'],
  // As Vercel, Fly and Cloudflare do.
  ['fra1', 'fra'],
  ['nrt', 'nrt'],
  ['SYD', 'syd'],
  [' IAD ', 'iad'],
])('%s is near %s', (name, region) => {
  expect(findRegion(name)).toBe(region)
})

test.each(['', 'nowhere', 'us-east-99', 'fra12', 'constructor', '__proto__', 'toString'])(
  '%j is no region',
  (name) => expect(findRegion(name)).toBeUndefined(),
)

test('every place lies on the globe, and no two are the same', () => {
  const places = Object.values(regions)
  for (const { latitude, longitude } of places) {
    expect(Math.abs(latitude)).toBeLessThanOrEqual(90)
    expect(Math.abs(longitude)).toBeLessThanOrEqual(180)
  }
  expect(new Set(places.map((place) => JSON.stringify(place))).size).toBe(places.length)
})
