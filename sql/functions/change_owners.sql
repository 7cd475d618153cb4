-- Let people come into a team's reach at one level, and go from it.  Where anybody has a key, all keys are looked up again:
-- it may be that which changed.
create or replace function rls.change_owners(team int, level text, come int[], gone int[])
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  before boolean[];
  after boolean[];
  keyed boolean;
begin
  execute format('select %I, %I <> $2 from rls.team where id = $1', level || '_reached', level || '_keys')
    into before, keyed
    using team, array[]::text[];
  after := rls.marked(before, come, gone);
  keyed := keyed
    or exists (select from {organisation}.person where person.id = any (come) and person.key is not null);
  if keyed or after <> before then
    perform rls.put_owners(team, level, after, keyed);
  end if;
end
$$;
