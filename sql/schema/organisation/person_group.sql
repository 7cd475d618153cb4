create table {organisation}.person_group (
  id int generated always as identity primary key,
  name text not null unique check (name <> ''),
  description text
);

comment on table {organisation}.person_group is 'A flat set of people, to assign roles to';
comment on column {organisation}.person_group.id is 'Its number, given by the database';
comment on column {organisation}.person_group.name is 'What it is called';
comment on column {organisation}.person_group.description is 'What the group is for';
