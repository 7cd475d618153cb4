-- Attributes of the database roles that are in no definitions file, beside those they should have.
select
  role.rolname::text as name,
  array_remove(
    array[
      case when role.rolsuper then 'nosuperuser' end,
      case when role.rolcreatedb then 'nocreatedb' end,
      case when role.rolcreaterole and role.rolname <> %(rls_owner)s then 'nocreaterole' end,
      case when not role.rolcreaterole and role.rolname = %(rls_owner)s then 'createrole' end,
      case when role.rolcanlogin then 'nologin' end,
      case when role.rolreplication then 'noreplication' end,
      case when role.rolbypassrls and role.rolname <> %(unfiltered_owner)s then 'nobypassrls' end
    ],
    null
  ) as words
from pg_catalog.pg_roles as role
where
  (
    role.rolname = any (%(owners)s)
    or role.rolname ~ %(principals)s
  )
  and (
    role.rolsuper
    or role.rolcreatedb
    or role.rolcreaterole <> (role.rolname = %(rls_owner)s)
    or role.rolcanlogin
    or role.rolreplication
    or (role.rolbypassrls and role.rolname <> %(unfiltered_owner)s)
  )
order by 1
