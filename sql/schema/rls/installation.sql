create table rls.installation (
  one_row boolean primary key default true check (one_row),
  id uuid not null default gen_random_uuid(),
  prefix text not null,
  organisation name not null,
  taken text[] not null default array[]::text[],
  definition json,
  definition_digest text
);

comment on table rls.installation is 'What rowlock init was told, and the definition last applied';
comment on column rls.installation.id is 'Tells this installation from every other, for plans kept in files';
comment on column rls.installation.one_row is 'Makes a second row impossible';
comment on column rls.installation.prefix is 'How the names of all database roles of this installation begin';
comment on column rls.installation.organisation is 'The schema of person, department and the groups';
comment on column rls.installation.taken is 'Privileges taken from PUBLIC, given back when Rowlock is removed';
comment on column rls.installation.definition is 'The definitions file last applied, resolved';
comment on column rls.installation.definition_digest is 'Its digest';
