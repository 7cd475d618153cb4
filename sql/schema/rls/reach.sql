create table rls.reach (
  login name primary key,
  person_id int not null,
  person_key text,
  mine boolean[] not null,
  team int not null
);

comment on table rls.reach is 'Who every active person with a login is, and their team; follows the organisation, read by policies';
comment on column rls.reach.login is 'The database role of the person';
comment on column rls.reach.person_id is 'person.id: the owner at level own';
comment on column rls.reach.person_key is 'person.key: the owner at level own where a table names people by key';
comment on column rls.reach.mine is 'True at person_id, and nothing else: what is tested when a statement runs';
comment on column rls.reach.team is 'team.id: whose records the person reaches beyond their own';

create index reach_person on rls.reach (person_id);
create index reach_team on rls.reach (team);

alter table rls.reach enable row level security;

create policy self on rls.reach for select using (login = current_user);

create policy self on rls.team for select using (id = (select reach.team from rls.reach));
