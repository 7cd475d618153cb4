-- Every refresh updates this row, so that of two transactions with snapshots of their own (REPEATABLE READ and above)
-- one fails with a serialization error instead of computing from what it cannot see.
create table rls.refreshed (
  one_row boolean primary key default true check (one_row),
  at timestamptz not null default now(),
  times bigint not null default 0
);

comment on table rls.refreshed is 'When reach and memberships were last made equal to the organisation';
comment on column rls.refreshed.one_row is 'Makes a second row impossible';
comment on column rls.refreshed.at is 'When it was done last';
comment on column rls.refreshed.times is 'How often it was done';

insert into rls.refreshed default values;
