create table rls.budget_reset (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  done_by name not null default session_user,
  login name not null,
  entity text not null,
  kind text not null,
  used bigint not null,
  reason text not null check (reason <> '')
);

comment on table rls.budget_reset is 'Every budget that was given back before its window ended; only rls.reset_budget() writes here';
comment on column rls.budget_reset.at is 'When';
comment on column rls.budget_reset.done_by is 'By which login';
comment on column rls.budget_reset.login is 'Whose budget';
comment on column rls.budget_reset.entity is 'Of which entity';
comment on column rls.budget_reset.kind is 'Of what, as in rls.budget';
comment on column rls.budget_reset.used is 'How many rows had been counted';
comment on column rls.budget_reset.reason is 'Why, in the words of who did it';

create trigger rowlock_keep before update or delete or truncate on rls.budget_reset
  for each statement execute function rls.keep_log();
