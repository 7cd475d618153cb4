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
comment on column rls.set_aside.principal_kind is 'assignment.principal_kind';
comment on column rls.set_aside.principal_id is 'assignment.principal_id';
comment on column rls.set_aside.valid_from is 'assignment.valid_from';
comment on column rls.set_aside.valid_until is 'assignment.valid_until';
comment on column rls.set_aside.from_definition is 'assignment.from_definition';
