import { expect, test } from 'vitest'

import { startWorld } from '../../../infra/local/world.ts'
import { nodeIn } from '../../support/node-in.ts'
import { runExample } from '../../support/run-example.ts'

test('the example shows where each query went, and no value', async () => {
  await using world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: 'create table post (id serial primary key, author text, body text)',
    distanceScale: 0,
  })
  const output = await runExample('examples/opentelemetry/main.ts', {
    PRIMARY_URL: world.primary.url(),
    FRA_URL: nodeIn(world, 'fra', 'standby').url(),
  })
  expect(output.match(/(?<=^  name: ').*(?=')/gm)).toEqual([
    'read post',
    'write post',
    'read nowhere',
  ])
  expect(output).toContain("'tidegate.node': 'fra-1'")
  expect(output).toContain("'tidegate.source': 'primary'")
  expect(output).toContain("'db.response.status_code': '42P01'")
  expect(output).not.toMatch(/\bada\b|secret|select|insert/)
})
