-- CVE-2024-10976: does an inlined function with a sub-query keep the policies of the role that ran it first?
create table {schema}.named (name text);
insert into {schema}.named values ('one'), ('two');
alter table {schema}.named enable row level security;
create policy one on {schema}.named for select to {one} using (name = 'one');
create policy two on {schema}.named for select to {two} using (name = 'two');
grant select on {schema}.named to {one}, {two};
create function {schema}.seen() returns setof {schema}.named language sql stable as
$$ with seen as (select named.name from {schema}.named) select seen.name from seen $$;
grant execute on function {schema}.seen() to {one}, {two};
set local role {one};
prepare rowlock_probe as select bool_or(seen.name = 'one') from {schema}.seen();
execute rowlock_probe;
set local role {two};

execute rowlock_probe
