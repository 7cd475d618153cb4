-- The roles the caller holds now: by membership, and by the clock where a role follows it.
-- Only people hold roles: before PostgreSQL 16 they can become one of theirs, and would leave behind what another says.
-- Memberships are read as the query sees them: what pg_has_role() remembers may be older than rls.permission.
create or replace function rls.held_roles()
  returns text[]
  language plpgsql
  stable
  security definer
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
declare
  caller constant oid := (
    select pg_catalog.to_regrole(pg_catalog.quote_ident(reach.login))
    from rls.reach
    where reach.login = rls.caller()
  );
  held name[];
begin
  if pg_catalog.current_setting('server_version_num')::int >= 160000 then
    held := array(
      with recursive inherited (oid) as (
        select caller
        union
        select membership.roleid
        from inherited
        join pg_catalog.pg_auth_members as membership on membership.member = inherited.oid
        where membership.inherit_option
      )
      select pg_catalog.pg_get_userbyid(inherited.oid)
      from inherited
    );
  else
    held := array(
      with recursive inherited (oid) as (
        select caller
        union
        select membership.roleid
        from inherited
        join pg_catalog.pg_roles as member on member.oid = inherited.oid and member.rolinherit
        join pg_catalog.pg_auth_members as membership on membership.member = inherited.oid
      )
      select pg_catalog.pg_get_userbyid(inherited.oid)
      from inherited
    );
  end if;
  return coalesce(
    (
      select pg_catalog.array_agg(role.name order by role.name)
      from rls.role
      where
        role.database_role = any (held)
        and (not role.timed or rls.in_time(role.name))
    ),
    array[]::text[]
  );
end
$$;
