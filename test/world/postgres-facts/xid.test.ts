/**
 * Fact 5: where a position cannot be had after the commit, a write is known by its transaction id.
 *
 * @see https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-PG-SNAPSHOT
 */
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'
import { parseXid, widenXid, type Xid } from '../../../src/tide/xid.ts'
import { HELD, runHeld } from '../../support/held-snapshot.ts'
import { LogicalSlot } from '../../support/logical-slot.ts'
import { nodeIn } from '../../support/node-in.ts'
import { oneRow } from '../../support/one-row.ts'

let world: World
let primary: PostgresNode
let standby: PostgresNode
let writer: Client
let reader: Client

beforeAll(async () => {
  world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] } },
    distanceScale: 0,
    schema: 'create table note (id text primary key)',
  })
  primary = world.primary
  standby = nodeIn(world, 'fra', 'standby')
  await primary.set({ autovacuum: 'off' })
  writer = await primary.connect()
  reader = await standby.connect()
})

afterAll(async () => await world?.stop())

/** As Neon's HTTP endpoint runs a batch: it adds the COMMIT itself, and nothing comes after. */
async function writeAndAskXid(id: string): Promise<Xid> {
  await writer.query('begin')
  await writer.query('insert into note values ($1)', [id])
  const { xid } = await oneRow<{ xid: string }>(writer, 'select pg_current_xact_id() as xid')
  await writer.query('commit')
  return parseXid(xid)
}

function statusOf(xid: Xid): string {
  return `select pg_xact_status('${xid}') as status`
}

test('the xid that a write’s own transaction tells is the one that is decoded', async () => {
  await using slot = await LogicalSlot.on(primary)
  const xid = await writeAndAskXid('decoded')

  expect(widenXid((await slot.transaction()).xid, xid)).toBe(xid)
})

test('the xid that pgoutput tells has 32 bits', async () => {
  await using slot = await LogicalSlot.on(primary)
  await writeAndAskXid('narrow')
  const [begin] = await slot.raw()

  // The kind, the commit's position, its time in microseconds, the xid.
  expect(begin).toHaveLength(1 + 8 + 8 + 4)
  expect(String.fromCharCode(begin?.[0] ?? 0)).toBe('B')
})

test('a standby shows a write once an earlier statement has found its xid committed', async () => {
  const ids = Array.from({ length: 30 }, (_, index) => `status-${index}`)
  for (const id of ids) {
    const xid = await writeAndAskXid(id)
    let status: unknown
    do ({ status } = await oneRow(reader, statusOf(xid)).catch(notYetKnown))
    while (status !== 'committed')

    const { rows } = await reader.query('select from note where id = $1', [id])
    expect(rows).toHaveLength(1)
  }
})
