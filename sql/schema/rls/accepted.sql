create table rls.accepted (
  kind text not null,
  object text not null,
  what text not null,
  because text not null,
  accepted_by name not null default session_user,
  accepted_at timestamptz not null default now(),
  primary key (kind, object, what)
);

comment on table rls.accepted is 'Findings of verify and doctor that somebody looked at and means: rowlock accept';
comment on column rls.accepted.kind is 'The finding''s kind: view, membership, ...';
comment on column rls.accepted.object is 'What it is about';
comment on column rls.accepted.what is 'What is the matter; where that changes, the finding is back';
comment on column rls.accepted.because is 'Why it is meant';
comment on column rls.accepted.accepted_by is 'The login that accepted it';
comment on column rls.accepted.accepted_at is 'When';
