import { afterAll, beforeAll, expect, test } from 'vitest'

import { until } from '../../../infra/local/until.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'

let world: World

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: {
      iad: { nodes: ['standby'] },
      fra: { nodes: ['standby'] },
      syd: { nodes: ['subscriber'] },
    },
    schema: 'create table note (id int primary key)',
    distanceScale: 0,
  })
})

afterAll(async () => await world?.stop())

test('after a promotion the other replicas follow, and the old primary comes back twice', async () => {
  const [old, heir] = world.region('iad').nodes
  const [fra] = world.region('fra').nodes
  const [syd] = world.region('syd').nodes
  if (!old || !heir || !fra || !syd) throw new Error('the world lacks a node')

  await old.query('insert into note values (1)')
  await world.databases.caughtUp()

  await old.kill()
  await world.databases.promote(heir)
  expect(world.primary).toBe(heir)
  await heir.query('insert into note values (2)')
  for (const replica of [fra, syd]) {
    await until(`${replica.name} to follow`, async () => {
      return (await replica.query('select from note')).length === 2
    })
  }

  // As it was: it believes to be the primary still, and takes writes that nobody will see.
  await old.start()
  await old.query('insert into note values (3)')
  expect(await old.query('select pg_is_in_recovery() as standby')).toEqual([{ standby: false }])

  // As a standby of the new history, without what it wrote on its own.
  await world.databases.rejoin(old)
  await heir.query('insert into note values (4)')
  await world.databases.caughtUp()
  for (const node of world.databases.nodes) {
    expect(await node.query('select id from note order by id')).toEqual([
      { id: 1 },
      { id: 2 },
      { id: 4 },
    ])
  }

  // And the other way round.
  await world.databases.promote(old)
  await world.databases.rejoin(heir)
  await old.query('insert into note values (5)')
  await world.databases.caughtUp()
  expect(await heir.query('select from note where id = 5')).toHaveLength(1)
  expect(await syd.query('select from note where id = 5')).toHaveLength(1)
})
