-- The tables a plan looks after; the schemas they are in; who may reach past row security: people, our roles, PUBLIC.
managed as (
  select class.oid, namespace.oid as schema, namespace.nspname, class.relname
  from unnest(%(schemas)s::text[], %(names)s::text[]) as wanted (schema, name)
  join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
  join pg_catalog.pg_class as class on class.relnamespace = namespace.oid and class.relname = wanted.name
),
managed_schema as (
  select namespace.oid, namespace.nspname, namespace.nspowner, namespace.nspacl
  from pg_catalog.pg_namespace as namespace
  where namespace.nspname = any (%(own_schemas)s::name[]) or namespace.oid in (select managed.schema from managed)
),
person as (
  select role.*
  from pg_catalog.pg_roles as role
  where role.rolname::text in (select person.login from {organisation}.person)
),
ours as (
  select role.oid, role.rolname
  from pg_catalog.pg_roles as role
  where
    role.rolname in (select known.database_role from rls.role as known)
    or role.rolname ~ %(principals)s
),
reacher as (
  select person.oid from person
  union
  select ours.oid from ours
  union all
  select 0
),
privilege as (
  select acl.class, acl.grantee
  from (
    select class.oid as class, entry.grantee
    from pg_catalog.pg_class as class
    cross join pg_catalog.aclexplode(class.relacl) as entry
    where entry.grantee <> class.relowner
    union
    select class.oid, entry.grantee
    from pg_catalog.pg_attribute as attribute
    join pg_catalog.pg_class as class on class.oid = attribute.attrelid
    cross join pg_catalog.aclexplode(attribute.attacl) as entry
    where not attribute.attisdropped and entry.grantee <> class.relowner
  ) as acl
  where acl.grantee in (select reacher.oid from reacher)
),
reached as (
  select
    privilege.class as oid,
    string_agg(
      coalesce(pg_catalog.quote_ident(role.rolname), 'public'), ', ' order by role.rolname nulls first
    ) as grantees
  from privilege
  left join pg_catalog.pg_roles as role on role.oid = privilege.grantee
  group by privilege.class
)
