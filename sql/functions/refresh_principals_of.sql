-- Make the database roles of principals right, and their memberships: two lists of pairs, as in rls.principal_role().
-- OFFSET 0: each principal is looked up by itself; else it may be everybody's memberships that are compared with each.
-- The limits let the views be planned as one query: by default a person's login is too many, and all would be looked up.
create or replace function rls.refresh_principals_of(kinds text[], ids int[])
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_hashjoin = off
  set enable_mergejoin = off
  set join_collapse_limit = 16
  set from_collapse_limit = 16
  set geqo = off
  set jit = off
as $$
declare
  prefix constant text := (select installation.prefix from rls.installation);
  principals constant name[] := array(
    select rls.principal_role(prefix, principal.kind, principal.id)
    from unnest(kinds, ids) as principal (kind, id)
  );
  wanted constant name[] := array(
    select desired.role
    from unnest(kinds, ids) as principal (kind, id)
    cross join lateral (
      select found.role
      from rls.desired_principal as found
      where found.kind = principal.kind and found.id = principal.id
      offset 0
    ) as desired
  );
  existing constant name[] := array(
    select role.rolname
    from pg_catalog.pg_roles as role
    where role.rolname = any (principals)
  );
  made constant name[] := array(
    select unnest(wanted)
    except
    select unnest(existing)
    order by 1
  );
  dropped constant name[] := array(
    (select unnest(existing)
    except
    select unnest(wanted))
    except
    select rls.principal_role(prefix, 'everyone', 0)
    order by 1
  );
  roles name[];
  members name[];
begin
  perform rls.make_principals(made);

  select array_agg(edge.role), array_agg(edge.member) into roles, members
  from (
    select nesting.role, nesting.member
    from unnest(kinds, ids) as principal (kind, id)
    cross join lateral (
      select found.role, found.member
      from rls.desired_nesting as found
      where found.kind = principal.kind and found.id = principal.id
      offset 0
    ) as nesting
    union all
    select holding.role, holding.member
    from unnest(kinds, ids) as principal (kind, id)
    cross join lateral (
      select found.role, found.member
      from rls.desired_holding as found
      where found.kind = principal.kind and found.id = principal.id
      offset 0
    ) as holding
    where rls.principal_role(prefix, principal.kind, principal.id) = any (made)
  ) as edge;
  perform rls.change_memberships(principals, '{{}}', roles, members);

  perform rls.drop_principals(dropped);
end
$$;
