create table {organisation}.department_closure (
  ancestor_id int not null,
  descendant_id int not null,
  depth int not null check (depth >= 0),
  primary key (ancestor_id, descendant_id)
);

comment on table {organisation}.department_closure is 'Every department with each one above it and itself; kept by rls.refresh_closure()';
comment on column {organisation}.department_closure.ancestor_id is 'The department above, or itself';
comment on column {organisation}.department_closure.descendant_id is 'The department below, or itself';
comment on column {organisation}.department_closure.depth is 'How many steps down; 0 for itself';

create index department_closure_descendant on {organisation}.department_closure (descendant_id);
