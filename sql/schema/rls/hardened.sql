create table rls.hardened (
  function text primary key,
  hardened_by name not null default session_user,
  hardened_at timestamptz not null default now()
);

comment on table rls.hardened is 'Functions of the server that are no longer marked leakproof: rowlock harden';
comment on column rls.hardened.function is 'Its name and what it takes';
comment on column rls.hardened.hardened_by is 'The superuser who marked it';
comment on column rls.hardened.hardened_at is 'When; an upgrade of the server or a restored dump marks it leakproof again';
