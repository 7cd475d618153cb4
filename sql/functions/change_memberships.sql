-- Let the given members, and the given roles, have the wanted memberships and no others; wanted is two lists of pairs.
-- A principal that has no database role yet gets its members with it: where one statement changes several tables, a
-- trigger of another one is still to come.  Planned as usual, unlike what calls it.
create or replace function rls.change_memberships(members name[], roles name[], wanted_roles name[], wanted_members name[])
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set enable_hashjoin = on
  set enable_mergejoin = on
  set jit = off
as $$
declare
  change_roles name[];
  change_members name[];
  drifts text[];
begin
  with
  current as materialized (
    select found.role, found.member, found.sound
    from rls.memberships_of(members, roles) as found
    where not found.foreign_grantor
  ),
  changes as (
    select excess.role, excess.member, 'extra' as drift
    from (
      select current.role, current.member
      from current
      except
      select wanted.role, wanted.member
      from unnest(wanted_roles, wanted_members) as wanted (role, member)
    ) as excess
    union
    select current.role, current.member, 'extra'
    from current
    where not current.sound
    union all
    select lacking.role, lacking.member, 'missing'
    from (
      select wanted.role, wanted.member
      from unnest(wanted_roles, wanted_members) as wanted (role, member)
      where pg_catalog.to_regrole(pg_catalog.quote_ident(wanted.role)) is not null
      except
      select current.role, current.member
      from current
      where current.sound
    ) as lacking
  )
  select array_agg(changes.role), array_agg(changes.member), array_agg(changes.drift)
  into change_roles, change_members, drifts
  from changes;
  perform rls.grant_memberships(change_roles, change_members, drifts);
end
$$;
