/**
 * A service as one would write it: the region's consumer, gateway and Redis over HTTP in one process, and
 * an app over TCP beside them. It says where it listens, and ends on SIGTERM.
 */
import { once } from 'node:events'

import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { Redis } from 'ioredis'
import { types } from 'pg'
import { createTidegate } from 'tidegate'
import { ioredisCommands, RedisTable, RegionTides } from 'tidegate/cache'
import { Consumer } from 'tidegate/consumer'
import { createGateway, resolveSettings, serve as serveGateway } from 'tidegate/gateway'
import { withTidegate } from 'tidegate/hono'
import { pgDriver } from 'tidegate/pg'
import { listen } from 'tidegate/redis-http'

const { PRIMARY_URL = '', FRA_URL = '', REDIS_URL = '', REDIS_TOKEN = '' } = process.env

const redis = new Redis(REDIS_URL)
const commands = ioredisCommands(redis)
const consumer = new Consumer({
  table: new RedisTable(commands),
  nodes: [
    { name: 'iad-1', role: 'primary', url: PRIMARY_URL },
    { name: 'fra-1', role: 'standby', url: FRA_URL },
  ],
  slot: 'tidegate_fra',
})
const consuming = consumer.run()

const settings = resolveSettings({
  nodes: [gatewayNode('iad-1', 'primary', PRIMARY_URL), gatewayNode('fra-1', 'standby', FRA_URL)],
  listenHost: '127.0.0.1',
  listenPort: 0,
  logLevel: 'silent',
  redisUrl: REDIS_URL,
})
const gateway = await serveGateway(createGateway(settings), settings)
const redisHttp = await listen({ redisUrl: REDIS_URL, port: 0, tokens: [REDIS_TOKEN] })

const driver = pgDriver()
const tg = createTidegate(
  {
    primary: { name: 'iad-1', region: 'iad', url: PRIMARY_URL },
    replicas: [{ name: 'fra-1', region: 'fra', url: FRA_URL }],
    region: 'fra',
    tides: new RegionTides({ redis: commands }),
  },
  { driver, types },
)
const app = new Hono()
  .use(withTidegate(tg))
  .get('/notes', async (c) => c.json(await c.var.sql`select body from note order by body`))
  .post('/notes', async (c) => {
    await c.var.sql`insert into note (body) values (${await c.req.text()})`
    return c.body(null, 201)
  })
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
if (!server.listening) await once(server, 'listening')
const address = server.address()

console.log(
  JSON.stringify({
    app: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    gateway: gateway.url,
    redis: redisHttp.url,
  }),
)

await once(process, 'SIGTERM')
server.close()
await redisHttp.close()
await gateway.stop()
await consumer.drain(5_000)
await consuming
await driver.end()
redis.disconnect()

function gatewayNode(name: string, role: string, url: string): object {
  const { hostname, port, host } = new URL(url)
  return { name, role, host: hostname, port: Number(port), hosts: [host] }
}
