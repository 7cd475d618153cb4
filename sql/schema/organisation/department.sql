create table {organisation}.department (
  id int generated always as identity primary key,
  parent_id int references {organisation}.department (id),
  name text not null,
  head_id int references {organisation}.person (id),
  constraint department_name check (name <> '' and position('/' in name) = 0),
  constraint department_name_in_parent unique nulls not distinct (parent_id, name)
);

comment on table {organisation}.department is 'The tree of departments';
comment on column {organisation}.department.id is 'Its number, given by the database';
comment on column {organisation}.department.parent_id is 'The department above; null at the top';
comment on column {organisation}.department.name is 'Unique among its siblings; a path joins names with /';
comment on column {organisation}.department.head_id is 'The person who heads it; gives no right by itself';

create index department_head on {organisation}.department (head_id);
