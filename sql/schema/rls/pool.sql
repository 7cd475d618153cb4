create table rls.pool (
  login name primary key,
  slice int not null default 1,
  slices int not null default 1,
  constraint pool_slice check (slice between 1 and slices and slices <= 1000)
);

comment on table rls.pool is 'Logins of pools of connections: each may become the people of its slice, and is nothing by itself';
comment on column rls.pool.login is 'The database role, NOINHERIT';
comment on column rls.pool.slice is 'Which slice of the people, from 1 on';
comment on column rls.pool.slices is 'How many slices there are; 1: this login may become everybody';
