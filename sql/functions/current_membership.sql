-- The memberships in our database roles.  sound: as rls.refresh_memberships() grants.  From PostgreSQL 16 on a membership
-- has options of its own and belongs to its grantor, who alone can take it away: foreign_grantor.  The columns are looked
-- for in pg_auth_members first, before that version they are found in legacy.
create or replace function rls.current_membership()
  returns table (role name, member name, grantor name, sound boolean, foreign_grantor boolean)
  language sql
  stable
  security definer
  set search_path = pg_catalog, pg_temp
as $$
with ours as (
  select role.oid, role.rolname
  from pg_roles as role
  where
    role.rolname in (select role.database_role from rls.role)
    or role.rolname in (select principal.role from rls.existing_principal as principal)
)
select
  ours.rolname,
  member.rolname,
  grantor.rolname,
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
  where pg_auth_members.member <> rls.nspowner
) as edge
join ours on ours.oid = edge.roleid
join pg_roles as member on member.oid = edge.member
left join pg_roles as grantor on grantor.oid = edge.grantor
where rls.nspname = 'rls'
$$;
