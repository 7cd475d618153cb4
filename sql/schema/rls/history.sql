create table rls.history (
  id int generated always as identity primary key,
  applied_at timestamptz not null default clock_timestamp(),
  applied_by name not null default session_user,
  digest text not null,
  definition json not null,
  source text,
  created int not null,
  altered int not null,
  dropped int not null
);

create index history_digest on rls.history (digest, id desc);

comment on table rls.history is 'Every definition that was put in force';
comment on column rls.history.applied_by is 'Who had logged in to apply it';
comment on column rls.history.digest is 'SHA-256 of the definition';
comment on column rls.history.source is 'Where it came from: a file, a plan, an earlier entry';
comment on column rls.history.created is 'Objects created';
comment on column rls.history.altered is 'Objects altered';
comment on column rls.history.dropped is 'Objects dropped';
