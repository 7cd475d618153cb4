create table rls.applied (
  kind text not null,
  identity text[] not null,
  source text not null,
  canonical text not null,
  primary key (kind, identity)
);

comment on table rls.applied is 'What apply installed, to compare expressions without reading SQL';
comment on column rls.applied.identity is 'What names the object within its kind';
comment on column rls.applied.source is 'Our text of it';
comment on column rls.applied.canonical is 'How the server prints it';
