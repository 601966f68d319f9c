/** What of Tidegate is in a database already. */
import type { Config } from '../config/config.ts'
import type { Database } from '../reach/database.ts'
import { type Standing, standingOf } from '../reach/standing.ts'

export interface NodeState {
  readonly database: Database
  readonly standing: Standing
  readonly walLevel: string
  readonly hasTide: boolean
  readonly hasPublication: boolean
  readonly hasTriggers: boolean
  /** Its own: what a standby copies from home comes and goes with home's. */
  readonly slots: readonly { readonly name: string; readonly active: boolean }[]
  readonly subscriptions: readonly Subscription[]
  readonly roles: readonly string[]
}

export interface Subscription {
  readonly name: string
  readonly publications: readonly string[]
  readonly hasTide: boolean
}

const STATE = `select current_setting('wal_level') as "walLevel",
  to_regclass('tidegate.tide') is not null as "hasTide",
  exists (select from pg_publication where pubname = $1) as "hasPublication",
  (select count(*) = 2 from pg_event_trigger
     where evtname in ('tidegate_ddl', 'tidegate_drop') and evtenabled <> 'D') as "hasTriggers",
  coalesce((select json_agg(json_build_object('name', slot_name, 'active', active))
    from pg_replication_slots s where (to_jsonb(s) ->> 'synced') is distinct from 'true'),
    '[]') as slots,
  coalesce((select json_agg(json_build_object('name', subname, 'publications', subpublications,
      'hasTide', exists (select from pg_subscription_rel r where r.srsubid = s.oid
        and r.srrelid = to_regclass('tidegate.tide'))))
    from (select oid, subname, subpublications, subdbid from pg_subscription) s
    where subdbid = (select oid from pg_database where datname = current_database())),
    '[]') as subscriptions,
  array(select rolname::text from pg_roles where rolname like 'tidegate\\_%') as roles`

export async function stateOf(database: Database, config: Config): Promise<NodeState> {
  const [standing, row] = await Promise.all([
    standingOf(database),
    database.askOne<Omit<NodeState, 'database' | 'standing'>>(STATE, [config.publication]),
  ])
  return { database, standing, ...row }
}
