create table {organisation}.person_group_member (
  person_group_id int not null references {organisation}.person_group (id),
  person_id int not null references {organisation}.person (id),
  primary key (person_group_id, person_id)
);

comment on table {organisation}.person_group_member is 'Who belongs to which groups';
comment on column {organisation}.person_group_member.person_group_id is 'The group';
comment on column {organisation}.person_group_member.person_id is 'The person';

create index person_group_member_person on {organisation}.person_group_member (person_id);
