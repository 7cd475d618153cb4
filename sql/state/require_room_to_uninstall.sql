-- Refuse to remove everything where the server has no room for its locks: one for each object below these schemas,
-- which are dropped with all that depends on them, and one for each database role.
with recursive dropped as (
  select 'pg_catalog.pg_namespace'::pg_catalog.regclass::oid as class, namespace.oid as object
  from pg_catalog.pg_namespace as namespace
  where namespace.nspname = any (%(schemas)s)
  union
  select dependent.classid, dependent.objid
  from dropped
  join pg_catalog.pg_depend as dependent on dependent.refclassid = dropped.class and dependent.refobjid = dropped.object
)
select rls.require_locks(
  (select count(*) from dropped)
  + (select count(*) from rls.role)
  + (select count(*) from rls.existing_principal)
  + pg_catalog.cardinality(%(owners)s::text[])
)
