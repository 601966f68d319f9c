/** The objects that the standby's statements need, and what their texts do not show of them. */

export const schema = `
  create table users (id int primary key, email text, name text, created_at timestamptz default now());
  create table orders (id int primary key, user_id int references users, total numeric, status text);
  create table docs (id uuid primary key default gen_random_uuid(), data jsonb, body text);
  create unlogged table scratch (id int);
  create sequence s;
  create sequence other_s;
  create schema app;
  create table app.things (id int primary key, "update" text, "for" text, "Odd name" text);
  create materialized view totals as select user_id, sum(total) as total from orders group by 1;
  create view plain_view as select id, email from users;
  create function app.bump() returns bigint language sql volatile as 'select nextval(''s'')';
  create function app.quiet(x int) returns int language sql stable as 'select x + 1';
  create view counting_view as select id, app.bump() as n from users;
  create view direct_view as select nextval('s') as n;
  create view locking_view as select id from users for update;
  create function app.sly() returns bigint language plpgsql immutable as $f$
    begin return app.bump(); end $f$;
  create function app.plus_bump(a users, b int) returns bigint language sql as 'select nextval(''s'')';
  create operator public.<<<>>> (leftarg = users, rightarg = int, function = app.plus_bump);
  create function public.row_bump(u users) returns bigint language sql as 'select nextval(''s'')';
  create type app.money_like as (amount int);
  create function app.to_money(i int) returns app.money_like language sql
    as 'select row(nextval(''s'')::int)::app.money_like';
  create cast (int as app.money_like) with function app.to_money(int);
  create domain app.counted as int check (value > 0 and app.bump() > 0);
  create function app.sum_bump(a bigint, b int) returns bigint language sql
    as 'select a + nextval(''s'')';
  create table guarded (id int);
  insert into guarded values (1);
  create role reader;
  alter table guarded enable row level security;
  create policy p on guarded using (app.bump() > 0);
  grant usage on schema public, app to reader;
  grant all on all tables in schema public to reader;
  grant all on all sequences in schema public to reader;
  create function public.lower(x users) returns bigint language sql as 'select nextval(''s'')';
  insert into users values (1, 'a@b', 'Ann'), (2, 'c@d', 'Bob');
  insert into orders values (1, 1, 10, 'open'), (2, 1, 20, 'paid');
  insert into app.things values (1, 'u', 'f', 'o');
  create view table_view as select * from orders;
  create index on orders (user_id);
`

/**
 * Reads by their text that fail on a standby all the same, each for a reason that only the catalog
 * shows. The gate's fallback to the primary is for them; with a catalog they are writes.
 */
export const hidden: Readonly<Record<string, string>> = {
  'select * from counting_view': 'a view calls a function that writes',
  'select * from direct_view': 'a view calls nextval',
  'select * from locking_view': 'a view locks rows',
  'table direct_view': 'a view calls nextval',
  'select * from scratch': 'an unlogged table',
  'select count(*) from users, scratch': 'an unlogged table',
  'select u <<<>>> 1 from users u': 'an operator calls a function that writes',
  'select (1::int)::app.money_like': 'a cast calls a function that writes',
  'select 5::app.counted': 'a domain checks with a function that writes',
  'select u.row_bump from users u': 'a function called like a column',
  'select lower(u) from users u': "a user's overload of one of PostgreSQL's functions",
}
