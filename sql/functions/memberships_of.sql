-- The memberships in our database roles: those of the given members, and those in the given roles; null, null: all.
-- sound: as rls.grant_memberships() grants.  From PostgreSQL 16 on a membership has options of its own and belongs to its
-- grantor, who alone can take it away: foreign_grantor.  The columns are looked for in pg_auth_members first, before that
-- version they are found in legacy.
create or replace function rls.memberships_of(members name[], roles name[])
  returns table (role name, member name, grantor name, sound boolean, foreign_grantor boolean)
  language plpgsql
  stable
  security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_custom_plan
  set jit = off
as $$
#variable_conflict use_column
declare
  asked_members constant oid[] := array(select asked.oid from pg_roles as asked where asked.rolname = any (members));
  asked_roles constant oid[] := array(select asked.oid from pg_roles as asked where asked.rolname = any (roles));
begin
  return query
  select
    ours.rolname,
    held_by.rolname,
    granted_by.rolname,
    not edge.admin_option and edge.inherit_option and not edge.set_option and not edge.foreign_grantor,
    edge.foreign_grantor
  from (select true as inherit_option, false as set_option) as legacy
  cross join pg_namespace as rls
  cross join lateral (
    select
      roleid,
      pg_auth_members.member,
      pg_auth_members.grantor,
      admin_option,
      inherit_option,
      set_option,
      current_setting('server_version_num')::int >= 160000 and pg_auth_members.grantor <> rls.nspowner as foreign_grantor
    from pg_auth_members
    where
      pg_auth_members.member <> rls.nspowner
      and (
        (members is null and roles is null)
        or pg_auth_members.member = any (asked_members)
        or pg_auth_members.roleid = any (asked_roles)
      )
  ) as edge
  join pg_roles as ours on ours.oid = edge.roleid
  join pg_roles as held_by on held_by.oid = edge.member
  left join pg_roles as granted_by on granted_by.oid = edge.grantor
  where
    rls.nspname = 'rls'
    and (
      rls.is_principal((select installation.prefix from rls.installation), ours.rolname)
      or exists (select from rls.role as known where known.database_role = ours.rolname)
    );
end
$$;
