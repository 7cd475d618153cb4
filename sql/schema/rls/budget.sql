create table rls.budget (
  entity text not null,
  kind text not null check (kind in ('read', 'create')),
  rows bigint not null,
  per text not null check (per in ('minute', 'hour', 'day', 'week')),
  statement bigint not null,
  changed timestamptz not null default clock_timestamp(),
  primary key (entity, kind)
);

comment on table rls.budget is 'How many rows of an entity a person without export reads, or without import creates, in a window of time; written by apply';
comment on column rls.budget.entity is 'The entity';
comment on column rls.budget.kind is 'read: who lacks export; create: who lacks import';
comment on column rls.budget.rows is 'So many in a window';
comment on column rls.budget.per is 'How long a window is: a minute, hour or day as UTC has it, a week from Monday';
comment on column rls.budget.statement is 'So many by one statement; read by what creates only';
comment on column rls.budget.changed is 'When windows became as long as they are: what was counted before is in windows of another length';
