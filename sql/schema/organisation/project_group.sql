create table {organisation}.project_group (
  id int generated always as identity primary key,
  name text not null unique check (name <> ''),
  description text,
  owner_id int references {organisation}.person (id),
  is_archived boolean not null default false
);

comment on table {organisation}.project_group is 'The people working on one project, to assign roles to';
comment on column {organisation}.project_group.id is 'Its number, given by the database';
comment on column {organisation}.project_group.name is 'What it is called';
comment on column {organisation}.project_group.description is 'What the group works on';
comment on column {organisation}.project_group.owner_id is 'The person who runs the project';
comment on column {organisation}.project_group.is_archived is 'Whether the project is over';

create index project_group_owner on {organisation}.project_group (owner_id);
