-- Write whom a team reaches at one level, 'department' or 'subtree'.
create or replace function rls.put_owners(team int, level text, reached boolean[], keyed boolean)
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  owners int[];
  keys text[] := '{{}}';
begin
  execute format(
    'update rls.team set %I = $2 where id = $1 returning %I', level || '_reached', level || '_owners'
  ) into owners using team, reached;
  if keyed then
    keys := array(
      select person.key
      from unnest(owners) as owner (id)
      join {organisation}.person on person.id = owner.id
      where person.key is not null
      order by person.id
    );
  end if;
  execute format(
    'update rls.team set %1$I = $2, %2$I = $3 where id = $1 and (%1$I, %2$I) is distinct from ($2, $3)',
    level || '_wide',
    level || '_keys'
  ) using team, cardinality(owners) > rls.widest(), keys;
end
$$;
