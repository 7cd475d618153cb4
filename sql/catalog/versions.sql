-- One number for the versions of everything a plan is made from: catalog rows and rows of ours.
-- xmin is the transaction that wrote a row's version; freezing keeps it.  No order, hence no sorting: bit_xor.
with
wanted as (
  select class.oid
  from unnest(%(schemas)s::text[], %(names)s::text[]) as wanted (schema, name)
  join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
  join pg_catalog.pg_class as class on class.relnamespace = namespace.oid and class.relname = wanted.name
  union
  select class.oid
  from pg_catalog.pg_class as class
  join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
  where class.relrowsecurity or namespace.nspname in ('rls', %(organisation)s)
),
-- Not those of temporary tables, which come and go.
lasting as (
  select namespace.oid, namespace.xmin
  from pg_catalog.pg_namespace as namespace
  where namespace.nspname <> 'information_schema' and namespace.nspname !~ '^pg_'
),
version as (
  select pg_catalog.hash_record_extended(row (1, lasting.oid, lasting.xmin), 0) as hash
  from lasting
  union all
  select pg_catalog.hash_record_extended(row (2, policy.oid, policy.xmin), 0)
  from pg_catalog.pg_policy as policy
  union all
  select pg_catalog.hash_record_extended(row (3, proc.oid, proc.xmin), 0)
  from pg_catalog.pg_proc as proc
  join lasting on lasting.oid = proc.pronamespace
  union all
  select pg_catalog.hash_record_extended(row (4, class.oid, class.xmin), 0)
  from pg_catalog.pg_class as class
  join lasting on lasting.oid = class.relnamespace
  union all
  select pg_catalog.hash_record_extended(row (5, attribute.attrelid, attribute.attnum, attribute.xmin), 0)
  from pg_catalog.pg_attribute as attribute
  join wanted on wanted.oid = attribute.attrelid
  union all
  select pg_catalog.hash_record_extended(row (6, trigger.oid, trigger.xmin), 0)
  from pg_catalog.pg_trigger as trigger
  join wanted on wanted.oid = trigger.tgrelid
  union all
  select pg_catalog.hash_record_extended(row (7, constraint_.oid, constraint_.xmin), 0)
  from pg_catalog.pg_constraint as constraint_
  join wanted on wanted.oid = constraint_.conrelid
  union all
  select pg_catalog.hash_record_extended(row (8, value.oid, value.xmin), 0)
  from pg_catalog.pg_attrdef as value
  join wanted on wanted.oid = value.adrelid
  union all
  select pg_catalog.hash_record_extended(row (9, rewrite.oid, rewrite.xmin), 0)
  from pg_catalog.pg_rewrite as rewrite
  where rewrite.oid >= 16384
  union all
  select pg_catalog.hash_record_extended(row (10, inherits.inhrelid, inherits.inhparent, inherits.xmin), 0)
  from pg_catalog.pg_inherits as inherits
  union all
  select pg_catalog.hash_record_extended(row (11, acl.oid, acl.xmin), 0)
  from pg_catalog.pg_default_acl as acl
  union all
  select pg_catalog.hash_record_extended(row (12, member.roleid, member.member, member.grantor, member.xmin), 0)
  from pg_catalog.pg_auth_members as member
  union all
  -- pg_authid is for superusers, and the view has no xmin.
  select
    pg_catalog.hash_record_extended(
      row (
        13,
        role.oid,
        role.rolname,
        role.rolsuper,
        role.rolinherit,
        role.rolcreaterole,
        role.rolcreatedb,
        role.rolcanlogin,
        role.rolreplication,
        role.rolbypassrls,
        role.rolconfig
      ),
      0
    )
  from pg_catalog.pg_roles as role
  union all
  select pg_catalog.hash_record_extended(row (14, row_.xmin, row_.ctid), 0)
  from rls.installation as row_
  union all
  select pg_catalog.hash_record_extended(row (15, row_.xmin, row_.ctid), 0)
  from rls.applied as row_
  union all
  select pg_catalog.hash_record_extended(row (16, row_.xmin, row_.ctid), 0)
  from rls.role as row_
  union all
  select pg_catalog.hash_record_extended(row (17, row_.xmin, row_.ctid), 0)
  from rls.permission as row_
  union all
  select pg_catalog.hash_record_extended(row (18, row_.xmin, row_.ctid), 0)
  from rls.assignment as row_
  union all
  select pg_catalog.hash_record_extended(row (19, row_.xmin, row_.ctid), 0)
  from {organisation}.person as row_
  union all
  select pg_catalog.hash_record_extended(row (20, row_.xmin, row_.ctid), 0)
  from {organisation}.department as row_
  union all
  select pg_catalog.hash_record_extended(row (21, row_.xmin, row_.ctid), 0)
  from {organisation}.person_group as row_
  union all
  select pg_catalog.hash_record_extended(row (22, row_.xmin, row_.ctid), 0)
  from {organisation}.project_group as row_
)
select bit_xor(version.hash)::text || ' ' || count(*)
from version
