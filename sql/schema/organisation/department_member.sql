create table {organisation}.department_member (
  department_id int not null references {organisation}.department (id),
  person_id int not null references {organisation}.person (id),
  primary key (department_id, person_id)
);

comment on table {organisation}.department_member is 'Who belongs to which departments, dismissed people included';
comment on column {organisation}.department_member.department_id is 'The department';
comment on column {organisation}.department_member.person_id is 'The person';

create index department_member_person on {organisation}.department_member (person_id);
