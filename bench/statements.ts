/** What applications send: point reads, lists, joins, what ORMs write, reports, writes. */
export const statements: readonly string[] = [
  `select * from users where id = $1`,
  `SELECT id, email, name, created_at FROM users WHERE id = $1 LIMIT 1`,
  `select 1`,
  `select "id", "email", "name" from "users" where "users"."id" = $1`,
  `SELECT "public"."User"."id", "public"."User"."email", "public"."User"."name", "public"."User"."createdAt" FROM "public"."User" WHERE ("public"."User"."id" = $1 AND 1=1) LIMIT $2 OFFSET $3`,
  `select "posts"."id", "posts"."title", "posts"."author_id", "users"."name" from "posts" left join "users" on "posts"."author_id" = "users"."id" where ("posts"."published" = $1 and "posts"."created_at" > $2) order by "posts"."created_at" desc limit $3`,
  `select count(*) from orders where user_id = $1 and status = 'open'`,
  `select o.id, o.total, o.status, json_agg(json_build_object('sku', i.sku, 'qty', i.quantity)) as items
     from orders o join order_items i on i.order_id = o.id
    where o.user_id = $1
    group by o.id
    order by o.created_at desc
    limit 20`,
  `select u.id, u.name, count(o.id) as orders from users u left join orders o on o.user_id = u.id
    where u.created_at > $1 and u.status = 'active' group by u.id, u.name having count(o.id) > 3
    order by count(o.id) desc limit 20`,
  `with recent as (select * from orders where created_at > now() - interval '1 day')
   select r.*, u.name from recent r join users u on u.id = r.user_id where u.org_id = $1`,
  `with recursive tree as (
     select id, parent_id, name, 1 as depth from categories where parent_id is null
     union all
     select c.id, c.parent_id, c.name, t.depth + 1 from categories c join tree t on c.parent_id = t.id)
   select * from tree order by depth, name`,
  `select distinct on (device_id) device_id, value, at from readings where at >= $1 and at < $2 order by device_id, at desc`,
  `select date_trunc('hour', at) as hour, avg(value), percentile_cont(0.95) within group (order by value)
     from readings where device_id = any($1) and at between $2 and $3 group by 1 order by 1`,
  `select * from products where to_tsvector('english', title || ' ' || body) @@ plainto_tsquery('english', $1) limit 50`,
  `select id, data->>'name' as name, data->'tags' as tags from documents where data @> $1 and deleted_at is null`,
  `select exists (select 1 from memberships where user_id = $1 and team_id = $2) as member`,
  `select p.*, (select count(*) from comments c where c.post_id = p.id) as comments from posts p where p.slug = $1`,
  `select *, row_number() over (partition by team_id order by score desc) as place from players where season = $1`,
  `select name, case when stock > 10 then 'plenty' when stock > 0 then 'few' else 'none' end as stock from products where id in ($1, $2, $3)`,
  `select coalesce(sum(amount), 0)::bigint as total from payments where account_id = $1 and settled and currency = 'EUR'`,
  `select l.*, d.name from locations l, lateral (select name from depots d order by d.at <-> l.at limit 1) d where l.country = $1`,
  `select a.id from a union all select b.id from b except select c.id from c order by 1`,
  `select * from accounts where id = $1 for update`,
  `select nextval('invoice_number')`,
  `insert into orders (user_id, total, status) values ($1, $2, 'open') returning id`,
  `insert into counters (key, value) values ($1, 1) on conflict (key) do update set value = counters.value + 1 returning value`,
  `update users set name = $1, updated_at = now() where id = $2 returning *`,
  `delete from sessions where expires_at < now()`,
  `begin`,
  `explain select * from users where id = 1`,
]
