create table {organisation}.person_group (
  id int generated always as identity primary key,
  name text not null unique check (name <> ''),
  description text
);

comment on table {organisation}.person_group is 'A flat set of people, to assign roles to';
