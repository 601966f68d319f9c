import { types } from 'pg'
import { expect, test } from 'vitest'

import { startWorld } from '../../../infra/local/world.ts'
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
