/** The sample app's tables and first rows, run once on the primary. */
export const SCHEMA = `
create table post (
  id int primary key,
  author text not null,
  body text not null
);
create table comment (
  id bigint generated always as identity primary key,
  post_id int not null references post,
  visitor text not null,
  author text not null,
  body text not null,
  at timestamptz not null default now()
);
create index on comment (post_id, id desc);
create index on comment (visitor);
create table product (
  id int primary key,
  name text not null,
  price int not null check (price >= 0)
);
create table cart_line (
  visitor text not null,
  product_id int not null references product,
  quantity int not null check (quantity > 0),
  primary key (visitor, product_id)
);
create table purchase (
  id bigint generated always as identity primary key,
  visitor text not null,
  total bigint not null,
  items bigint not null,
  at timestamptz not null default now()
);
create index on purchase (visitor, id desc);

insert into post values
  (1, 'Ada', 'High water at the old harbour this morning. Who saw it?'),
  (2, 'Noor', 'Boats for rent again from Saturday.'),
  (3, 'Ines', 'The night ferry has a new timetable.');
insert into product values
  (1, 'Tide table 2027', 900),
  (2, 'Rubber boots', 3900),
  (3, 'Brass barometer', 12900);
`
