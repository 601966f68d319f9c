/** The world that drivers are tried in: every role, and the heartbeat's row. */
import type { PostgresNode } from '../../../infra/local/postgres/node.ts'
import { startWorld, type World } from '../../../infra/local/world.ts'

const schema = `
create table note (id int primary key, body text);
create schema tidegate;
create table tidegate.tide (
  id boolean primary key default true check (id), lsn pg_lsn not null, at timestamptz not null);
`

export interface DriversWorld extends AsyncDisposable {
  readonly world: World
  readonly standby: PostgresNode
  readonly subscriber: PostgresNode
  /** As the consumer beats. */
  beat(): Promise<void>
}

export async function startDriversWorld(): Promise<DriversWorld> {
  const world = await startWorld({
    home: 'iad',
    regions: { fra: { nodes: ['standby'] }, syd: { nodes: ['subscriber'] } },
    schema,
    distanceScale: 0,
  })
  const [standby] = world.region('fra').nodes
  const [subscriber] = world.region('syd').nodes
  if (!standby || !subscriber) throw new Error('the world lacks a node')
  return {
    world,
    standby,
    subscriber,
    async beat() {
      await world.primary.query(
        `insert into tidegate.tide (lsn, at) values (pg_current_wal_insert_lsn(), clock_timestamp())
         on conflict (id) do update set lsn = excluded.lsn, at = excluded.at`,
      )
    },
    async [Symbol.asyncDispose]() {
      await world.stop()
    },
  }
}
