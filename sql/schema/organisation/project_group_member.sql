create table {organisation}.project_group_member (
  project_group_id int not null references {organisation}.project_group (id),
  person_id int not null references {organisation}.person (id),
  primary key (project_group_id, person_id)
);

comment on table {organisation}.project_group_member is 'Who belongs to which project groups';
comment on column {organisation}.project_group_member.project_group_id is 'The project group';
comment on column {organisation}.project_group_member.person_id is 'The person';

create index project_group_member_person on {organisation}.project_group_member (person_id);
