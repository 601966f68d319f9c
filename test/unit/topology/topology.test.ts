import { expect, test } from 'vitest'

import { defineTopology } from '../../../src/topology/configuration.ts'
import { regions } from '../../../src/topology/regions.ts'
import { expectedRoundTripMs, orderByRoundTrip } from '../../../src/topology/topology.ts'

const url = 'postgresql://app:secret@db.example/app'
const { nodes, primary } = defineTopology({
  primary: { region: 'iad', url },
  replicas: [
    { region: 'syd', url },
    { region: 'fra', url },
    { region: 'fra', url },
  ],
})

test('the nearest come first, and equals stay as they were configured', () => {
  const names = orderByRoundTrip(nodes, regions.cdg).map(({ name }) => name)
  expect(names).toEqual(['fra-1', 'fra-2', 'iad-1', 'syd-1'])
})

test('from nowhere nothing is nearer', () => {
  expect(orderByRoundTrip(nodes, undefined)).toEqual(nodes)
  expect(expectedRoundTripMs(primary, undefined)).toBeUndefined()
})

test('a round trip from beside a node takes no time', () => {
  expect(expectedRoundTripMs(primary, regions.iad)).toBe(0)
})
