/** What a gateway with read-through counts for the alerts: where reads go, breakers, writes that were lost. */
import { expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { startWorld } from '../../../infra/local/world.ts'
import { RegionConsumer } from '../../support/consumer/region-consumer.ts'
import { withSetup } from '../../support/consumer/schema.ts'
import { ask, farNode, type Reply, startGateway, type TestGateway } from '../../support/gateway.ts'
import { nodeIn } from '../../support/node-in.ts'

async function counted(gateway: TestGateway, sample: string): Promise<number> {
  const { text } = await gateway.gateway.operations.metrics.render()
  const line = text.split('\n').find((each) => each.startsWith(`${sample} `))
  return Number(line?.slice(sample.length) ?? Number.NaN)
}

const reads = (source: string): string => `tidegate_gateway_reads_total{source="${source}"}`

test('reads by who answered, a home that fails, and the writes that went down with it', async () => {
  await using world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: withSetup('create table note (id int primary key)'),
    distanceScale: 0,
  })
  const { primary } = world
  const heir = nodeIn(world, 'fra', 'standby')
  await using consumer = await RegionConsumer.started(world, heir)
  await using home = await startGateway([primary])
  await using fra = await startGateway([heir], {
    settings: {
      readThrough: true,
      redisUrl: world.region('fra').redis.url(),
      database: new URL(primary.url()).pathname.slice(1),
      region: 'fra',
      elsewhere: [farNode(primary, home.url)],
      cacheTtlS: 0,
      queryTimeoutMs: 5_000,
    },
  })
  const read = async (headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
    await ask(fra, heir, 'select id from note', headers)

  await read({ 'tidegate-freshness': 'strong' })
  await read({ 'tidegate-freshness': 'any' })
  await ask(fra, heir, 'insert into note values (1)')
  expect(await counted(fra, reads('primary'))).toBe(1)
  expect(await counted(fra, reads('replica'))).toBe(1)
  await until('a read from the cache, or its memory', async () => {
    await read({ 'tidegate-freshness': 'any', 'tidegate-cache': '60' })
    return (await counted(fra, reads('cache'))) >= 3
  })
  // Others than reads are not counted.
  expect(await counted(fra, reads('primary'))).toBe(1)

  await world.databases.caughtUp()
  world.link('fra', 'iad').cut()
  const { header } = await ask(fra, heir, 'insert into note values (2)')
  const token = header('tidegate-token') ?? ''
  await primary.kill()
  const opened = `tidegate_gateway_breaker_opens_total{node="${primary.name}"}`
  expect(await counted(fra, opened)).toBe(0)
  await until('home to be left alone', async () => {
    await ask(fra, heir, 'insert into note values (3)')
    return (await counted(fra, opened)) === 1
  })

  await world.databases.promote(heir)
  await until('the new history', async () => {
    const { history } = await consumer.table.read()
    return history?.current === 2
  })
  const lost = 'tidegate_gateway_lost_writes_total{certainty="yes"}'
  expect(await counted(fra, lost)).toBe(0)
  const told = await until('a session to be told', async () => {
    const answer = await read({ 'tidegate-token': token })
    return (await counted(fra, lost)) > 0 && answer
  })
  expect(told.header('tidegate-lost-writes')).toBe('yes')
  // Its token does not ask for it any more.
  const after = await read({ 'tidegate-token': told.header('tidegate-token') ?? '' })
  expect(after.header('tidegate-lost-writes')).toBeNull()
})
