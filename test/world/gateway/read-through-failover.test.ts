/** Home moves to another region: the gateways of all regions find it, and nothing is set anew. */
import { expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { startWorld } from '../../../infra/local/world.ts'
import type { Lsn } from '../../../src/tide/lsn.ts'
import { RegionConsumer } from '../../support/consumer/region-consumer.ts'
import { withSetup } from '../../support/consumer/schema.ts'
import { ask, type TestGateway } from '../../support/gateway.ts'
import { nodeIn } from '../../support/node-in.ts'
import { startReadThroughGateways } from '../../support/read-through-gateways.ts'

const BEARER = 'the-gateways-of-this-world-hear-each-other'
const HEARD = { authorization: `Bearer ${BEARER}` }

async function isHome({ gateway }: TestGateway): Promise<boolean> {
  const { text } = await gateway.operations.metrics.render()
  return text.includes('\ntidegate_gateway_home 1\n')
}

test('after a promotion writes and reads of every region find the new primary', async () => {
  await using world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['standby'] } },
    schema: withSetup('create table note (id int primary key)'),
    distanceScale: 0,
  })
  const { primary } = world
  const [heir, far] = [nodeIn(world, 'fra', 'standby'), nodeIn(world, 'syd', 'standby')]
  await using nearConsumer = await RegionConsumer.started(world, heir)
  await using farConsumer = await RegionConsumer.started(world, far)
  const told = async (position: Lsn): Promise<void> => {
    await Promise.all([nearConsumer.horizon(position), farConsumer.horizon(position)])
  }
  await using gateways = await startReadThroughGateways(world, [primary, heir, far], {
    bearerToken: BEARER,
  })
  const [home, fra, syd] = [gateways.of(primary), gateways.of(heir), gateways.of(far)]

  const first = await ask(syd, far, 'insert into note values (1)', HEARD)
  expect(first.status, JSON.stringify(first.body)).toBe(200)
  expect((await ask(syd, far, 'insert into note values (2)')).status).toBe(401)
  await told(await world.primary.position())
  expect([await isHome(home), await isHome(fra)]).toEqual([true, false])

  await world.databases.caughtUp()
  await primary.kill()
  await world.databases.promote(heir)
  // Home's gateway is still there, the others' too: none of them was told anything.
  for (const [gateway, node, id] of [
    [home, primary, 3],
    [fra, heir, 4],
    [syd, far, 5],
  ] as const) {
    const written = await until(`a write through the gateway of ${node.region}`, async () => {
      const answer = await ask(gateway, node, `insert into note values (${id})`, HEARD)
      return answer.status === 200 && answer
    })
    expect(written.header('tidegate-source')).toBe('primary')
    const token = written.header('tidegate-token') ?? ''
    const seen = await ask(gateway, node, `select id from note where id = ${id}`, {
      ...HEARD,
      'tidegate-token': token,
    })
    expect(seen.rows).toEqual([[String(id)]])
  }
  await until('Frankfurt to be home', async () => await isHome(fra))
})
