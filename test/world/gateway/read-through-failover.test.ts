/** Home moves to another region: the gateways of all regions find it, and nothing is set anew. */
import { expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import type { Lsn } from '../../../src/tide/lsn.ts'
import { RegionConsumer } from '../../support/consumer/region-consumer.ts'
import { withSetup } from '../../support/consumer/schema.ts'
import { ask, farNode, startGateway, type TestGateway } from '../../support/gateway.ts'
import { nodeIn } from '../../support/node-in.ts'

const BEARER = 'the-gateways-of-this-world-hear-each-other'
const HEARD = { authorization: `Bearer ${BEARER}` }

interface Placed {
  readonly node: PostgresNode
  readonly port: number
}

async function start(world: World, all: readonly Placed[], own: Placed): Promise<TestGateway> {
  const { node, port } = own
  const settings = {
    readThrough: true,
    redisUrl: world.region(node.region).redis.url(),
    database: new URL(node.url()).pathname.slice(1),
    region: node.region,
    // Each knows the others before they are there.
    elsewhere: all
      .filter((other) => other !== own)
      .map((other) => farNode(other.node, `http://127.0.0.1:${other.port}/sql`, BEARER)),
    bearerTokens: BEARER,
    listenPort: port,
    queryTimeoutMs: 5_000,
  }
  return await startGateway([node], { settings })
}

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
  const places = await Promise.all(
    [primary, heir, far].map(async (node) => ({ node, port: await world.freePort() })),
  )
  const placeOf = (node: PostgresNode): Placed => {
    const found = places.find((place) => place.node === node)
    if (!found) throw new Error(`There is no place for ${node.name}`)
    return found
  }
  await using home = await start(world, places, placeOf(primary))
  await using fra = await start(world, places, placeOf(heir))
  await using syd = await start(world, places, placeOf(far))

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
