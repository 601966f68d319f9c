import { types } from 'pg'
import { expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { startWorld } from '../../../infra/local/world.ts'
import type { Sql } from '../../../src/client/sql.ts'
import { createTidegate } from '../../../src/client/tidegate.ts'
import { pgDriver } from '../../../src/drivers/node/pg.ts'
import { nodeIn } from '../../support/node-in.ts'

test('after a promotion writes find the new primary', async () => {
  await using world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: 'create table note (id int primary key)',
    distanceScale: 0,
  })
  await using driver = pgDriver()
  const [old, heir] = [nodeIn(world, 'iad', 'primary'), nodeIn(world, 'fra', 'standby')]
  const tg = createTidegate(
    {
      primary: { name: 'old', region: 'iad', url: old.url() },
      replicas: [{ name: 'heir', region: 'fra', url: heir.url() }],
      region: 'iad',
      timeoutMs: 20_000,
    },
    { driver, types },
  )
  const { sql } = tg.session()
  await sql`insert into note values (1)`
  await world.databases.caughtUp()
  await old.kill()
  await world.databases.promote(heir)
  // Rejoined, it refuses writes: the first sign for a client that there is another primary.
  await world.databases.rejoin(old)

  const written = await sql`insert into note values (2)`
  expect(written.tide).toMatchObject({ node: 'heir', reason: 'the primary has moved here' })
  expect(await sql`select id from note order by id`).toEqual([{ id: 1 }, { id: 2 }])
  const strong = await sql.with({ freshness: 'strong' })`select count(*)::int as n from note`
  expect(strong).toEqual([{ n: 2 }])
  expect(strong.tide.node).toBe('heir')
})

test('a primary that never comes back is replaced for writes and strong reads, without a tide table', async () => {
  await using world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['standby'] } },
    schema: 'create table note (id int primary key)',
    distanceScale: 0,
  })
  await using driver = pgDriver()
  const [old, heir] = [nodeIn(world, 'iad', 'primary'), nodeIn(world, 'fra', 'standby')]
  const other = nodeIn(world, 'syd', 'standby')
  const isolate = (): Sql =>
    createTidegate(
      {
        primary: { name: 'old', region: 'iad', url: old.url() },
        replicas: [
          { name: 'heir', region: 'fra', url: heir.url() },
          { name: 'other', region: 'syd', url: other.url() },
        ],
        region: 'iad',
      },
      { driver, types },
    ).session().sql
  const [writer, reader] = [isolate(), isolate()]
  await writer`insert into note values (1)`
  await world.databases.caughtUp()
  await old.kill()
  // Nobody has been promoted yet: the write says so, and that it did not run.
  await expect(writer`insert into note values (2)`).rejects.toMatchObject({
    code: 'WRITE_FAILED',
    committed: 'no',
  })
  await world.databases.promote(heir)
  const written = await writer`insert into note values (3)`
  expect(written.tide).toMatchObject({ node: 'heir', reason: 'the primary has moved here' })
  const strong = reader.with({ freshness: 'strong' })
  const seen = await strong`select id from note order by id`
  expect(seen).toEqual([{ id: 1 }, { id: 3 }])
  expect(seen.tide.attempts.map(({ node, outcome }) => [node, outcome])).toEqual([
    ['old', 'unreachable'],
    ['heir', 'served'],
  ])
})

test('a primary that is silent is given up after some writes, and its heir found', async () => {
  await using world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    schema: 'create table note (id int primary key)',
    distanceScale: 0,
  })
  await using driver = pgDriver()
  const [old, heir] = [nodeIn(world, 'iad', 'primary'), nodeIn(world, 'fra', 'standby')]
  const tg = createTidegate(
    {
      primary: { name: 'old', region: 'iad', url: old.url() },
      replicas: [{ name: 'heir', region: 'fra', url: heir.url() }],
      region: 'iad',
      timeoutMs: 500,
    },
    { driver, types },
  )
  const { sql } = tg.session()
  await sql`insert into note values (1)`
  await world.databases.caughtUp()
  old.freeze()
  try {
    await world.databases.promote(heir)
    let id = 2
    const written = await until('a write that finds the heir', async () => {
      id += 1
      // What may have run is not sent again.
      return await sql`insert into note values (${id})`.catch(() => undefined)
    })
    expect(written.tide).toMatchObject({ node: 'heir', role: 'primary' })
  } finally {
    old.thaw()
  }
})
