create table rls.role (
  name text primary key,
  database_role name not null unique,
  timed boolean not null default false
);

comment on table rls.role is 'The roles of the definitions file; written by apply';
comment on column rls.role.database_role is 'The NOLOGIN role that stands for it in PostgreSQL';
comment on column rls.role.timed is 'Whether its assignments are checked against the clock by every statement';
