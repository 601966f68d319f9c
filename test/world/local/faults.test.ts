import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['subscriber'] } },
    schema: 'create table note (id int primary key, body text)',
    distanceScale: 0,
  })
})

afterAll(async () => await world?.stop())

function node(name: string): PostgresNode {
  const found = world.databases.nodes.find((each) => each.name === name)
  if (!found) throw new Error(`no ${name}`)
  return found
}

let lastId = 0
async function write(): Promise<number> {
  lastId++
  await world.primary.query('insert into note values ($1)', [lastId])
  return lastId
}

async function has(where: PostgresNode, id: number): Promise<boolean> {
  return (await where.query('select from note where id = $1', [id])).length > 0
}

async function shows(where: PostgresNode, id: number): Promise<void> {
  await until(`${where.name} to show ${id}`, async () => await has(where, id))
}

describe.each(['fra-1', 'syd-1'])('on %s', (name) => {
  test('a write at home arrives', async () => {
    const id = await write()
    await world.databases.caughtUp()
    expect(await has(node(name), id)).toBe(true)
  })

  test('replay that is paused holds a write back until it is resumed', async () => {
    await node(name).pauseReplay()
    const id = await write()
    await until('home to have sent it', async () => {
      const rows = await world.primary.query(
        'select from pg_stat_replication where application_name = $1 and sent_lsn < pg_current_wal_flush_lsn()',
        [name],
      )
      return rows.length === 0
    })
    expect(await has(node(name), id)).toBe(false)

    await node(name).resumeReplay()
    await shows(node(name), id)
  })

  test('a link that is cut holds a write back until it is healed', async () => {
    const link = world.link('iad', node(name).region)
    link.cut()
    const id = await write()
    expect(await has(node(name), id)).toBe(false)

    link.heal()
    await shows(node(name), id)
  })

  test('a link that stalls in mid-stream delivers the rest when it is healed', async () => {
    const link = world.link('iad', node(name).region)
    link.cut({ how: 'stall', from: 'iad', afterBytes: 5 })
    const id = await write()
    expect(await has(node(name), id)).toBe(false)

    link.heal()
    await shows(node(name), id)
  })

  test('a node that was killed comes back with what it had and catches up', async () => {
    const before = await write()
    await world.databases.caughtUp()
    await node(name).kill()
    expect(node(name).server.running).toBe(false)
    const meanwhile = await write()

    await node(name).start()
    expect(await has(node(name), before)).toBe(true)
    await shows(node(name), meanwhile)
  })

  test('a node that is frozen answers after it is thawed', async () => {
    node(name).freeze()
    let answered = false
    const answer = node(name)
      .query('select 1')
      .then(() => (answered = true))
    const id = await write()
    expect(answered).toBe(false)

    node(name).thaw()
    await answer
    await shows(node(name), id)
  })
})

test('a standby that delays replay shows a write only when the delay is over', async () => {
  await node('fra-1').delayReplay(60_000)
  const id = await write()
  await world.databases.nodes[0]?.query('select 1')
  expect(await has(node('fra-1'), id)).toBe(false)
  await node('fra-1').delayReplay(0)
  await shows(node('fra-1'), id)
})

test('a write waits for a synchronous standby that does not exist', async () => {
  await world.primary.set({ synchronous_standby_names: 'nobody' })
  const writes: Promise<void>[] = []
  let committed = 0
  try {
    // The server passes the setting on to its processes in its own time: the first may not wait.
    await until('a write to wait', async () => {
      writes.push(write().then(() => void committed++))
      const waiting = await world.primary.query(
        `select from pg_stat_activity where wait_event = 'SyncRep'`,
      )
      return waiting.length > 0
    })
    expect(committed).toBeLessThan(writes.length)
  } finally {
    await world.primary.set({ synchronous_standby_names: null })
  }
  await Promise.all(writes)
})

test('a slot that keeps more WAL than it may is lost', async () => {
  await world.primary.query(
    `select pg_create_logical_replication_slot('forgotten', 'test_decoding')`,
  )
  await world.databases.overrunSlot('forgotten')
  await world.primary.query(`select pg_drop_replication_slot('forgotten')`)
  const id = await write()
  await shows(node('fra-1'), id)
  await shows(node('syd-1'), id)
})

test('a table made later is replicated to subscribers too', async () => {
  await world.databases.migrate('create table later (id int primary key)')
  await world.primary.query('insert into later values (1)')
  await world.databases.caughtUp()
  for (const name of ['fra-1', 'syd-1']) {
    expect(await node(name).query('select * from later')).toEqual([{ id: 1 }])
  }
})

describe.skipIf(process.env['REDIS_URL'])('Redis', () => {
  test.each(['restart', 'flush'] as const)('is empty after a %s', async (fault) => {
    const { redis } = world.region('fra')
    const client = new Redis(redis.url('syd'))
    client.on('error', () => {})
    await client.set('key', 'value')

    await redis[fault]()
    expect(await client.get('key')).toBeNull()
    client.disconnect()
  })

  test('of one region does not see what is in that of another', async () => {
    const [fra, syd] = [
      new Redis(world.region('fra').redis.url()),
      new Redis(world.region('syd').redis.url()),
    ]
    await fra.set('key', 'value')
    expect(await syd.get('key')).toBeNull()
    fra.disconnect()
    syd.disconnect()
  })
})
