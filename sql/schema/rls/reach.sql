create table rls.reach (
  login name primary key,
  person_id int not null,
  department_owners int[] not null,
  subtree_owners int[] not null,
  person_key text,
  department_keys text[] not null,
  subtree_keys text[] not null,
  mine boolean[] not null,
  team int not null references rls.team (id)
);

comment on table rls.reach is 'Who every active person with a login is, and their team; made by rls.refresh_reach(), read by policies';
comment on column rls.reach.login is 'The database role of the person';
comment on column rls.reach.person_id is 'person.id: the owner at level own';
comment on column rls.reach.department_owners is 'The person and every member of a department of theirs, dismissed ones included';
comment on column rls.reach.subtree_owners is 'The same with the departments below';
comment on column rls.reach.person_key is 'person.key: the owner at level own where a table names people by key';
comment on column rls.reach.department_keys is 'department_owners by key, of those who have one';
comment on column rls.reach.subtree_keys is 'subtree_owners by key, of those who have one';
comment on column rls.reach.mine is 'True at person_id, and nothing else in it: what is tested when a statement runs';
comment on column rls.reach.team is 'Whose records the person reaches beyond their own';

create index reach_team on rls.reach (team);

alter table rls.reach enable row level security;

create policy self on rls.reach for select using (login = current_user);

create policy self on rls.team for select using (id = (select reach.team from rls.reach));
