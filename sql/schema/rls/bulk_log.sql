create table rls.bulk_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  done_by name not null default session_user,
  login name not null,
  entity text not null,
  kind text not null check (kind in ('export', 'import', 'update')),
  rows bigint,
  what text not null,
  ends bigint unique references rls.bulk_log,
  check ((rows is null) = (kind = 'export' and ends is null))
);

comment on table rls.bulk_log is 'What was read or loaded in bulk; rows only ever come, none changes or goes';
comment on column rls.bulk_log.at is 'When it ended, or an export began; an import that is rolled back is not here';
comment on column rls.bulk_log.done_by is 'Who had logged in';
comment on column rls.bulk_log.login is 'Under whose rights';
comment on column rls.bulk_log.kind is 'export: read; import: created; update: overwritten';
comment on column rls.bulk_log.rows is 'How many records; of an export that begins nobody knows yet';
comment on column rls.bulk_log.what is 'How: through which relation, which columns; of an export that ends: whether all was read';
comment on column rls.bulk_log.ends is 'The entry that was committed before this export read its first record';

create trigger rowlock_keep before update or delete or truncate on rls.bulk_log
  for each statement execute function rls.keep_log();
