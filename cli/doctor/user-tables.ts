/** Tables and partitions of users, leaves by their own names, as a subquery. */
export const USER_TABLES = `select c.oid, n.nspname as schema, c.relname as table, c.relkind as kind,
  c.relpersistence as persistence, format('%I.%I', n.nspname, c.relname) as name,
  c.relrowsecurity as "rowSecurity"
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'f', 'm') and c.relpersistence <> 't'
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'tidegate')
  and n.nspname not like 'pg\\_temp\\_%' and n.nspname not like 'pg\\_toast\\_temp\\_%'`
