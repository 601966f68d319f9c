import { expect, test } from 'vitest'

import { detectPlace, type PlaceHints } from '../../../src/topology/detect-place.ts'
import { regions } from '../../../src/topology/regions.ts'

const { iad } = regions

test.each<[string, PlaceHints, string | undefined]>([
  ['a Cloudflare colo', { cf: { colo: 'FRA', latitude: '1', longitude: '1' } }, 'fra'],
  [
    'a request that Vercel took in',
    { headers: new Headers({ 'x-vercel-id': 'fra1::abc' }) },
    'fra',
  ],
  [
    'a request that Vercel passed on',
    { headers: new Headers({ 'x-vercel-id': 'fra1::iad1::abc-123' }) },
    'iad',
  ],
  ['what the operator says', { region: 'sin', cf: { colo: 'FRA' } }, 'sin'],
  ['a name that nobody knows, and then another', { region: 'x', cf: { colo: 'DUB' } }, 'dub'],
])('%s tells the region', (_, hints, region) => {
  expect(detectPlace(hints)?.region).toBe(region)
})

test('a region comes with its coordinates', () => {
  expect(detectPlace({ cf: { colo: 'IAD' } })).toEqual({ ...iad, region: 'iad' })
})

test('a city without a region is where the request comes from', () => {
  const cf = { colo: 'ZZZ', latitude: '50.11', longitude: '8.68' }
  expect(detectPlace({ cf })).toEqual({ latitude: 50.11, longitude: 8.68, region: undefined })
  const headers = new Headers({ 'x-vercel-ip-latitude': '-33.9', 'x-vercel-ip-longitude': '151.2' })
  expect(detectPlace({ headers })).toEqual({ latitude: -33.9, longitude: 151.2, region: undefined })
})

test('coordinates of an operator are taken as they are', () => {
  expect(detectPlace({ region: { latitude: 1, longitude: 2 }, cf: { colo: 'FRA' } })).toEqual({
    latitude: 1,
    longitude: 2,
    region: undefined,
  })
})

test.each<PlaceHints>([
  {},
  { cf: {} },
  { cf: { colo: 7, latitude: '', longitude: '' } },
  { cf: { latitude: '91', longitude: '0' } },
  { cf: { latitude: 'north', longitude: '0' } },
  { headers: new Headers({ 'x-vercel-id': 'abc' }) },
  { headers: new Headers({ 'x-vercel-id': '' }) },
])('nothing is made up from %j', (hints) => {
  expect(detectPlace(hints)).toBeUndefined()
})
