import { afterAll, beforeAll, expect, test } from 'vitest'

import { startWorld, type World } from '../../../infra/local/world.ts'
import { ConfiguredWorld, ready } from '../../support/cli/configured-world.ts'

let world: World
let configured: ConfiguredWorld

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: 'create table public.post (id int primary key, body text)',
    distanceScale: 0,
  })
  configured = await ConfiguredWorld.in(world, {
    gateway: { logLevel: 'info', listenHost: '127.0.0.1' },
    gatewayTokens: [{ env: 'GATEWAY_TOKEN' }],
    consumer: { host: '127.0.0.1', heartbeatMs: 100 },
  })
  await configured.run(['setup', '--apply'])
})

afterAll(async () => {
  await world.stop()
})

const TOKEN = 'a-token-of-a-gateway-here'

test('an agent is the consumer and the gateway of its region, until it is told to end', async () => {
  const [consumerPort, gatewayPort] = [await world.freePort(), await world.freePort()]
  const agent = configured.process('agent', ['agent', '--region', 'fra'], {
    TIDEGATE_PORT: String(consumerPort),
    TIDEGATE_GATEWAY_LISTEN_PORT: String(gatewayPort),
    GATEWAY_TOKEN: TOKEN,
  })
  agent.spawn()
  await ready(`http://127.0.0.1:${consumerPort}/health`, agent)
  await ready(`http://127.0.0.1:${gatewayPort}/health`, agent)

  const [node] = world.region('fra').nodes
  const answer = await fetch(`http://127.0.0.1:${gatewayPort}/sql`, {
    method: 'POST',
    headers: { 'Neon-Connection-String': node?.url() ?? '', Authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ query: 'select pg_is_in_recovery() as standby' }),
  })
  expect(await answer.json()).toMatchObject({ rows: [{ standby: true }] })
  const { out } = await configured.run(['status', '--json'])
  expect(out).toContain('"horizonAgeMs"')

  await agent.stop()
  const log = agent.logTail(200)
  expect(log).toContain('stopped')
  // Lines of JSON, and no secret among them.
  for (const line of log.split('\n')) expect(JSON.parse(line)).toBeTypeOf('object')
  for (const secret of ['tidegate:tidegate@', TOKEN]) expect(log).not.toContain(secret)
})

test('a region has to be named where there are several, and to be one of them', async () => {
  const unnamed = await configured.run(['consumer'])
  expect(unnamed.code).toBe(2)
  expect(unnamed.err).toContain('--region: expected one of iad, fra')
  const unknown = await configured.run(['gateway', '--region', 'syd'], {
    env: { GATEWAY_TOKEN: TOKEN },
  })
  expect(unknown.code).toBe(2)
  expect(unknown.err).toContain('--region: expected one of iad, fra')
})

test('settings of the services in the configuration are checked as their own are', async () => {
  const faulty = await ConfiguredWorld.in(world, {
    consumer: { heartbeatMs: 'often' },
    gateway: { poolSise: 3 },
  })
  const consumer = await faulty.run(['consumer', '--region', 'fra'])
  expect(consumer).toMatchObject({ code: 2 })
  expect(consumer.err).toContain('heartbeatMs: expected a whole number')
  const gateway = await faulty.run(['gateway', '--region', 'fra'])
  expect(gateway).toMatchObject({ code: 2 })
  expect(gateway.err).toContain('gateway.poolSise: expected nothing')
})
