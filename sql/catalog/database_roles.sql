-- The database roles asked for, and the attributes they have though none is wanted.
select
  role.rolname::text as name,
  array_remove(
    array[
      case when role.rolsuper then 'superuser' end,
      case when role.rolcreatedb then 'createdb' end,
      case when role.rolcreaterole then 'createrole' end,
      case when role.rolcanlogin then 'login' end,
      case when role.rolreplication then 'replication' end,
      case when role.rolbypassrls then 'bypassrls' end
    ],
    null
  ) as attributes
from pg_catalog.pg_roles as role
where role.rolname = any (%(names)s::name[])
order by role.rolname
