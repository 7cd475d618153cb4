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
  owners constant int[] := array_positions(reached, true);
  keys text[] := '{{}}';
begin
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
    'update rls.team set %I = $2, %I = $3, %I = $4, %I = $5 where id = $1',
    level || '_reached',
    level || '_owners',
    level || '_wide',
    level || '_keys'
  ) using team, reached, owners, cardinality(owners) > rls.widest(), keys;
end
$$;
