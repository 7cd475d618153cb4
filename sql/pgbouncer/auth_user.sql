-- What the login that PgBouncer asks for passwords with may do beyond asking.
select
  role.rolsuper as superuser,
  role.rolbypassrls as bypasses,
  role.rolreplication as replicates,
  role.rolcreaterole as creates_roles,
  role.rolcreatedb as creates_databases,
  has_table_privilege(role.oid, 'pg_catalog.pg_authid', 'select')
  or has_any_column_privilege(role.oid, 'pg_catalog.pg_authid', 'select')
  or has_table_privilege(role.oid, 'pg_catalog.pg_shadow', 'select') as reads_hashes,
  exists (select from pg_catalog.pg_auth_members as edge where edge.member = role.oid) as is_a_member,
  exists (select from rls.pool where pool.login = role.rolname) as is_a_pool,
  exists (select from rls.reach where reach.login = role.rolname) as is_a_person,
  exists (
    select
    from pg_catalog.pg_class as relation
    join pg_catalog.pg_namespace as namespace on namespace.oid = relation.relnamespace
    where namespace.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
      and relation.relkind in ('r', 'v', 'm', 'p', 'f')
      and has_schema_privilege(role.oid, namespace.oid, 'usage')
      and has_any_column_privilege(role.oid, relation.oid, 'select, insert, update')
  ) as reads_tables
from pg_catalog.pg_roles as role
where role.rolname = %s
