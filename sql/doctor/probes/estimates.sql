-- CVE-2025-8713: does the planner hand values that row security hides, out of statistics, to any operator?
create table {schema}.parent (value int);
create table {schema}.child () inherits ({schema}.parent);
insert into {schema}.parent select 42 from generate_series(1, 100);
analyze {schema}.parent;
alter table {schema}.parent enable row level security;
create policy nothing on {schema}.parent for select to {one} using (value < 0);
grant select on {schema}.parent to {one};
create function {schema}.told(a int, b int) returns boolean language plpgsql as $$
begin
  perform set_config('rowlock.told', 'yes', true);
  return false;
end
$$;
create operator {schema}.<<< (leftarg = int, rightarg = int, function = {schema}.told, restrict = eqsel);
grant execute on function {schema}.told(int, int) to {one};
set local rowlock.told = 'no';
set local role {one};
explain select from {schema}.parent where value operator({schema}.<<<) 5;

select current_setting('rowlock.told') = 'yes'
