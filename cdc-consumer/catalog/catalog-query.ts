/**
 * What is asked of a node about its schema: one statement, so that all of it is of one snapshot.
 * Temporary relations are their sessions' own, and what belongs to PostgreSQL is known already.
 *
 * Row types: see `read-catalog.ts`.
 */
const USER_SCHEMAS = `n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'tidegate')
  and n.nspname not like 'pg\\_temp\\_%' and n.nspname not like 'pg\\_toast\\_temp\\_%'`

const KINDS = `'r', 'p', 'v', 'm', 'f', 'S'`

/** $1: the publication. */
export const RELATIONS: string = `
with recursive parents as (
  select inhrelid as child, inhparent as parent from pg_inherits
  union
  select parents.child, i.inhparent from parents join pg_inherits i on i.inhrelid = parents.parent
), published as (
  select t.tablename, t.schemaname, t.rowfilter is not null as filtered, t.attnames
  from pg_publication_tables t where t.pubname = $1
)
select c.oid::bigint as oid, n.nspname as schema, c.relname as name, c.relkind as kind,
  c.relpersistence as persistence, c.relispartition as partition,
  c.relrowsecurity as "rowSecurity", c.relreplident as identity,
  coalesce(array(select p.parent::bigint from parents p where p.child = c.oid), '{}') as parents,
  pg_partition_root(c.oid)::oid::bigint as root,
  p.tablename is not null as published, coalesce(p.filtered, false) as filtered,
  p.attnames::text[] as "publishedColumns",
  coalesce((select json_agg(json_build_object('name', a.attname,
      'type', (select typname from pg_type where oid = a.atttypid
        and typnamespace = 'pg_catalog'::regnamespace), 'generated', a.attgenerated <> '',
      'exact', coalesce(l.collisdeterministic, true)) order by a.attnum)
    from pg_attribute a left join pg_collation l on l.oid = a.attcollation
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      and c.relkind in ('r', 'p')), '[]') as columns,
  coalesce((select array_agg(a.attname::text) from pg_index i
    join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
    where i.indrelid = c.oid and i.indisprimary), '{}') as "primaryKey",
  case when c.relkind = 'v' then pg_get_viewdef(c.oid) end as definition,
  coalesce(array(select distinct d.refobjid::bigint from pg_rewrite r
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
      and d.refclassid = 'pg_class'::regclass
    where r.ev_class = c.oid and d.refobjid <> c.oid and c.relkind = 'v'), '{}') as reads
from pg_class c join pg_namespace n on n.oid = c.relnamespace
left join published p on p.schemaname = n.nspname and p.tablename = c.relname
where c.relkind in (${KINDS}) and c.relpersistence <> 't' and ${USER_SCHEMAS}
order by n.nspname, c.relname`

export const FUNCTIONS: string = `
select n.nspname as schema, p.proname as name,
  case when bool_or(p.provolatile = 'v') then 'write'
       when bool_or(p.provolatile = 's') then 'read' else 'cacheable' end as effect
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where p.prokind in ('f', 'w', 'a', 'p') and ${USER_SCHEMAS}
group by 1, 2 order by 1, 2`

/** Tables of a subscription whose first copy is still under way. None where there is none. */
export const COPYING: string = `
select array(select srrelid::bigint from pg_subscription_rel where srsubstate <> 'r') as oids`
