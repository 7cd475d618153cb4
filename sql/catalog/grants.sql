-- What the given grantees hold on schemas, tables, columns and helper functions; '' is PUBLIC.
-- PUBLIC is asked only about managed tables, schemas Rowlock made, and schema rls with all that is in it.
with
grantee as (
  select role.oid, role.rolname::text as name
  from pg_catalog.pg_roles as role
  where role.rolname = any (%(grantees)s::name[])
  union all
  select 0, ''
),
-- What a person has as an owner is not a grant; where one of our roles owns something, its privileges count all the same.
ours as (
  select role.oid
  from pg_catalog.pg_roles as role
  where starts_with(role.rolname::text, %(prefix)s)
),
managed as (
  select class.oid
  from unnest(%(schemas)s::text[], %(names)s::text[]) as wanted (schema, name)
  join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
  join pg_catalog.pg_class as class on class.relnamespace = namespace.oid and class.relname = wanted.name
),
entry as (
  select namespace.nspname::text as schema, null::text as name, null::text as "column", null::oid as class, acl.*
  from pg_catalog.pg_namespace as namespace, pg_catalog.aclexplode(namespace.nspacl) as acl
  where (acl.grantee <> namespace.nspowner or acl.grantee in (select ours.oid from ours))
  union all
  select namespace.nspname, class.relname, null, class.oid, acl.*
  from pg_catalog.pg_class as class
  join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
  cross join pg_catalog.aclexplode(class.relacl) as acl
  where class.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and (acl.grantee <> class.relowner or acl.grantee in (select ours.oid from ours))
  union all
  select namespace.nspname, class.relname, attribute.attname, class.oid, acl.*
  from pg_catalog.pg_attribute as attribute
  join pg_catalog.pg_class as class on class.oid = attribute.attrelid
  join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
  cross join pg_catalog.aclexplode(attribute.attacl) as acl
  where not attribute.attisdropped and (acl.grantee <> class.relowner or acl.grantee in (select ours.oid from ours))
  union all
  select
    namespace.nspname,
    pg_catalog.format('%%s(%%s)', proc.proname, pg_catalog.pg_get_function_identity_arguments(proc.oid)),
    null,
    null,
    acl.*
  from pg_catalog.pg_proc as proc
  join pg_catalog.pg_namespace as namespace on namespace.oid = proc.pronamespace
  left join pg_catalog.pg_type as type on type.oid = proc.proargtypes[0]
  cross join pg_catalog.aclexplode(coalesce(proc.proacl, pg_catalog.acldefault('f', proc.proowner))) as acl
  where
    namespace.nspname = 'rls'
    -- What is somebody else's in this schema is theirs to grant.
    and pg_catalog.pg_get_userbyid(proc.proowner) = %(rls_owner)s
    and acl.grantee <> proc.proowner
    and type.typtype is distinct from 'c'
)
select
  grantee.name as grantee,
  entry.schema,
  entry.name,
  lower(entry.privilege_type) as privilege,
  array_agg(entry."column" order by entry."column") filter (where entry."column" is not null) as columns,
  bool_or(entry.is_grantable) as grantable
from entry
join grantee on grantee.oid = entry.grantee
where
  grantee.oid <> 0
  or entry.class in (select managed.oid from managed)
  or entry.schema = 'rls'
  or (entry.name is null and entry.schema = any (%(own_schemas)s))
group by grantee.name, entry.schema, entry.name, entry.privilege_type, entry."column" is null
order by 1, 2, 3, 4
