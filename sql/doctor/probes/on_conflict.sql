-- Does INSERT … ON CONFLICT DO UPDATE … WHERE look at a hidden row before it refuses?
create table {schema}.kept (id int primary key, value int);
insert into {schema}.kept values (1, 7);
alter table {schema}.kept enable row level security;
create policy added on {schema}.kept for insert to {one} with check (true);
create policy kept on {schema}.kept to {one} using (value = 0);
grant select, insert, update on {schema}.kept to {one};
set local role {one};

with tried as (
  insert into {schema}.kept values (1, 0) on conflict (id) do update set value = 0 where kept.value = 8
)
select true
