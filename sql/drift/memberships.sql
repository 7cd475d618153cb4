-- Memberships of people and of our roles in anything but our roles; and members of the owners who could not be it anyway.
select
  'membership' as kind,
  'error' as severity,
  member.rolname::text as object,
  'is a member of ' || role.rolname as what,
  pg_catalog.format('revoke %%I from %%I', role.rolname, member.rolname)
    || case when grantor.rolname is not null then pg_catalog.format(' granted by %%I cascade', grantor.rolname) else '' end
    as statement
from pg_catalog.pg_auth_members as edge
join pg_catalog.pg_roles as role on role.oid = edge.roleid
join pg_catalog.pg_roles as member on member.oid = edge.member
left join pg_catalog.pg_roles as grantor on grantor.oid = edge.grantor
where
  (
    role.oid not in (select ours.oid from ours)
    and (
      member.oid in (select person.oid from person)
      or member.oid in (select ours.oid from ours)
      or member.rolname = any (%(owners)s)
    )
    -- Whoever applies rights makes views as their owner.
    and not (role.rolname = any (%(view_owners)s) and member.rolname = %(rls_owner)s)
  )
  or (
    role.rolname = any (%(owners)s)
    and member.rolname <> %(rls_owner)s
    and not member.rolsuper
    and not member.rolcreaterole
    and member.oid <> (select database.datdba from pg_catalog.pg_database as database where database.datname = current_database())
  )
