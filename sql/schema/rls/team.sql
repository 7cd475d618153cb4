create table rls.team (
  id int generated always as identity primary key,
  departments int[],
  person_id int unique,
  department_owners int[] not null generated always as (array_positions(department_reached, true)) stored,
  subtree_owners int[] not null generated always as (array_positions(subtree_reached, true)) stored,
  department_reached boolean[] not null,
  subtree_reached boolean[] not null,
  department_wide boolean not null,
  subtree_wide boolean not null,
  department_keys text[] not null,
  subtree_keys text[] not null,
  constraint team_of check ((departments is null) <> (person_id is null)),
  constraint team_once exclude using hash (departments with =)
);

comment on table rls.team is 'People with the same departments, who reach the same people; or one person without any. Follows the organisation, read by policies';
comment on column rls.team.id is 'Its number, given by the database';
comment on column rls.team.departments is 'The departments its people belong to, in order; null: person_id alone';
comment on column rls.team.person_id is 'Who is a team alone, being in no department';
comment on column rls.team.department_owners is 'Every member of these departments, dismissed ones included: the numbers at which department_reached is true';
comment on column rls.team.subtree_owners is 'The same with the departments below';
comment on column rls.team.department_reached is 'True at the person.id of each of the department''s owners: what is tested when a statement runs';
comment on column rls.team.subtree_reached is 'The same with the departments below';
comment on column rls.team.department_wide is 'Whether there are more owners than rls.widest(), too many to plan with';
comment on column rls.team.subtree_wide is 'The same with the departments below';
comment on column rls.team.department_keys is 'The department''s owners by key, those who have one';
comment on column rls.team.subtree_keys is 'The same with the departments below';

create index team_departments on rls.team using gin (departments) with (fastupdate = off);

alter table rls.team enable row level security;
