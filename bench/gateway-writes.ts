/**
 * Writes of a region that is not home, by both ways that a gateway has: sent on to the home gateway, or
 * by a pool of its own that reaches over to the primary. With the real distance between the two.
 */
import { startWorld, type World } from '../infra/local/world.ts'
import { roundTripMs } from '../src/topology/distance.ts'
import { regions } from '../src/topology/regions.ts'
import { farNode } from '../test/support/gateway.ts'
import type { Benchmark } from './benchmark.ts'
import {
  compare,
  listenOn,
  median,
  nodesOf,
  rounded,
  type Server,
  startServer,
} from './gateway/servers.ts'

const HOME = 'iad'
const AWAY = 'fra'
const schema = 'create table event (id bigserial primary key, body text)'
const body = { query: 'insert into event (body) values ($1)', params: ['something'] }
const ROUNDS = 4

async function startAway(
  world: World,
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<Server> {
  const { nodes, redis } = world.region(AWAY)
  const url = nodes[0]?.url() ?? ''
  return await startServer(world, { name, program: 'gateway/main.ts', url, body }, (own) => ({
    TIDEGATE_GATEWAY_READ_THROUGH: 'true',
    TIDEGATE_GATEWAY_REDIS_URL: redis.url(),
    TIDEGATE_GATEWAY_DATABASE: new URL(url).pathname.slice(1),
    TIDEGATE_GATEWAY_REGION: AWAY,
    ...env,
    ...listenOn(own),
  }))
}

export const gatewayWrites: Benchmark = {
  summary: 'writes from another region: by the home gateway, and by a pool that reaches over',
  compared: {
    gateway_ms: { better: 'lower', kind: 'speed' },
    gateway_rps: { better: 'higher', kind: 'speed' },
  },
  run: async (log) => {
    await using world = await startWorld({
      home: HOME,
      regions: { [AWAY]: { nodes: ['standby'] } },
      distanceScale: 1,
      schema,
    })
    const { primary } = world
    const here = world.region(AWAY).nodes
    const homeOptions = { name: 'home', program: 'gateway/main.ts', url: primary.url(), body }
    await using home = await startServer(world, homeOptions, (own) => ({
      TIDEGATE_GATEWAY_NODES: nodesOf([primary]),
      ...listenOn(own),
    }))
    const seen = await world.expose(HOME, home.load.port)
    await using byGateway = await startAway(world, 'by-gateway', {
      TIDEGATE_GATEWAY_NODES: nodesOf(here, AWAY),
      TIDEGATE_GATEWAY_ELSEWHERE: JSON.stringify([
        farNode(primary, `http://127.0.0.1:${seen.port(AWAY)}/sql`),
      ]),
    })
    await using byPool = await startAway(world, 'by-pool', {
      TIDEGATE_GATEWAY_NODES: nodesOf([...here, primary], AWAY),
    })
    const servers = { byGateway, byPool }
    const alone = await compare(servers, log, { connections: 1, rounds: ROUNDS })
    const many = await compare(servers, log, { rounds: ROUNDS })
    const ms = (name: keyof typeof servers): number =>
      rounded(median(alone.map((round) => 1_000 / round[name])))
    const rps = (name: keyof typeof servers): number =>
      Math.round(median(many.map((round) => round[name])))
    return {
      round_trip_ms: rounded(roundTripMs(regions[HOME], regions[AWAY])),
      gateway_ms: ms('byGateway'),
      pool_ms: ms('byPool'),
      gateway_rps: rps('byGateway'),
      pool_rps: rps('byPool'),
    }
  },
}
