/** Consumer and gateway in one process: hits are judged by what the consumer has just raised. */
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { ioredisCommands } from '../../../src/cache/redis/ioredis.ts'
import { RedisTable } from '../../../src/cache/tide-table/redis-table.ts'
import { type Position, reaches } from '../../../src/tide/position.ts'
import { ConfiguredWorld, ready } from '../../support/cli/configured-world.ts'
import { ask, farNode, type Reply, startGateway, type TestGateway } from '../../support/gateway.ts'
import { nodeIn } from '../../support/node-in.ts'

let world: World
let home: TestGateway
let standby: PostgresNode
let redis: Redis
let table: RedisTable
let url: string

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: `
      create table note (id serial primary key, body text);
      create table other (id serial primary key)`,
    distanceScale: 0,
  })
  standby = nodeIn(world, 'fra', 'standby')
  home = await startGateway([world.primary])
  const configured = await ConfiguredWorld.in(world, {
    gateway: { readThrough: true, logLevel: 'warn', listenHost: '127.0.0.1' },
    consumer: { host: '127.0.0.1', heartbeatMs: 100 },
  })
  await configured.run(['setup', '--apply'])
  const [consumerPort, gatewayPort] = [await world.freePort(), await world.freePort()]
  const agent = configured.process('agent', ['agent', '--region', 'fra'], {
    TIDEGATE_PORT: String(consumerPort),
    TIDEGATE_GATEWAY_LISTEN_PORT: String(gatewayPort),
    TIDEGATE_GATEWAY_ELSEWHERE: JSON.stringify([farNode(world.primary, home.url)]),
  })
  agent.spawn()
  await ready(`http://127.0.0.1:${consumerPort}/health`, agent)
  await ready(`http://127.0.0.1:${gatewayPort}/health`, agent)
  url = `http://127.0.0.1:${gatewayPort}/sql`
  redis = new Redis(world.region('fra').redis.url())
  table = new RedisTable(ioredisCommands(redis))
})

afterAll(async () => {
  redis?.disconnect()
  await home?.[Symbol.asyncDispose]()
  await world?.stop()
})

afterEach(async () => {
  await standby.resumeReplay()
})

async function read(text: string, token = ''): Promise<Reply> {
  return await ask({ url }, standby, text, token === '' ? {} : { 'tidegate-token': token })
}

function tokenOf({ header }: Reply): string {
  return header('tidegate-token') ?? ''
}

async function filled(text: string): Promise<void> {
  await until('a hit', async () => (await read(text)).header('tidegate-cache') === 'hit')
}

async function horizon(): Promise<Position | undefined> {
  return (await table.read()).horizon
}

/** All that is committed by now is in Redis' table, and so in the agent's: another raise came after it. */
async function told(): Promise<void> {
  const position = await world.primary.position()
  const reached = await until('the horizon', async () => {
    const at = await horizon()
    return at && reaches(at, { epoch: 1, lsn: position }) && at
  })
  await until('another raise', async () => {
    const at = await horizon()
    return at !== undefined && !reaches(reached, at)
  })
}

/** How many entries have been asked of Redis. */
async function entriesAsked(): Promise<number> {
  const [, calls = '0'] = /cmdstat_get:calls=(\d+)/.exec(await redis.info('commandstats')) ?? []
  return Number(calls)
}

test('hits are as new as sessions need them, and Redis is not asked for them', async () => {
  const text = 'select count(*) from note'
  await told()
  await filled(text)
  await read(text)
  const before = await entriesAsked()
  const reads = 10
  for (let i = 0; i < reads; i++) {
    // Newer than all that was read, and of another table.
    const token = tokenOf(await read('insert into other default values'))
    await told()
    const hit = await read(text, token)
    expect(hit.header('tidegate-cache')).toBe('hit')
  }
  // Now and then Redis is seen to have what the agent is just being told it has.
  expect((await entriesAsked()) - before).toBeLessThan(reads / 2)
})

test('once a write is decoded no answer without it is a hit any more, whoever asks', async () => {
  const text = `select body from note where body like 'decoded%'`
  for (let i = 1; i <= 5; i++) {
    await told()
    await filled(text)
    await world.primary.query(`insert into note (body) values ('decoded ${i}')`)
    await told()
    // Who needs nothing newer may have it once more, and it is said to be what it is.
    const { rows, header } = await read(text)
    if (rows.length < i) expect(header('tidegate-cache')).toBe('stale: public.note has changed')
    await until('the write', async () => (await read(text)).rows.length === i)
  }
})

test('while the consumer gets nothing the horizon stands, and needs past it are met elsewhere', async () => {
  const text = `select body from note where body = 'late'`
  await told()
  await filled(text)
  await standby.pauseReplay()
  const written = await read(`insert into note (body) values ('late')`)
  for (let i = 0; i < 3; i++) {
    const seen = await read(text, tokenOf(written))
    expect(seen.rows).toEqual([['late']])
    expect(seen.header('tidegate-source')).toBe('primary')
  }
})

test('a Redis that is flushed costs hits, never an answer that is too old', async () => {
  const text = `select count(*) from note where body = 'flushed'`
  await told()
  await filled(text)
  await redis.flushall()
  const written = await read(`insert into note (body) values ('flushed')`)
  expect((await read(text, tokenOf(written))).rows).toEqual([['1']])
  await told()
  expect((await read(text)).rows).toEqual([['1']])
  await filled(text)
})
