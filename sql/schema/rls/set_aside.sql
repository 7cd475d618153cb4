create table rls.set_aside (
  revision text not null,
  id int not null,
  role text not null,
  principal_kind text not null,
  principal_id int,
  valid_from timestamptz,
  valid_until timestamptz,
  from_definition boolean not null,
  created_at timestamptz not null,
  created_by name not null,
  primary key (revision, id)
);

comment on table rls.set_aside is 'Assignments a revision took away, as they were; its downgrade gives them back';
comment on column rls.set_aside.revision is 'Alembic''s name of the revision';
comment on column rls.set_aside.id is 'assignment.id';
