create table rls.permission (
  role text not null,
  entity text not null,
  operation text not null check (operation in ('read', 'create', 'update', 'delete', 'export', 'import') or operation like 'read %'),
  cell text not null,
  level text not null check (level in ('none', 'own', 'department', 'subdepartments', 'open', 'all')),
  explicit boolean not null default false,
  primary key (role, entity, operation, cell)
);

comment on table rls.permission is 'The effective level of each role in each cell of each entity; written by apply';
comment on column rls.permission.operation is 'What may be done; with the name of a group of fields, what may be seen of it';
comment on column rls.permission.cell is 'The pipeline and stage the level holds for';
comment on column rls.permission.explicit is 'Whether the level was said for this very stage';
