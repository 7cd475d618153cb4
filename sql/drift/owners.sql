-- Tables and schemas that belong to somebody else than they should, and tables whose row security is not as shipped.
-- Row security of tables that rights are given on is the plan's business: enabled is null for those.
with
wanted as (
  select wanted.*
  from unnest(%(schemas)s::text[], %(names)s::text[], %(owners)s::text[], %(enabled)s::boolean[], %(forced)s::boolean[])
    as wanted (schema, name, owner, enabled, forced)
)
select
  wanted.schema,
  wanted.name,
  wanted.owner as wanted_owner,
  pg_catalog.pg_get_userbyid(class.relowner)::text as owner,
  wanted.enabled,
  wanted.forced,
  coalesce(class.relrowsecurity <> wanted.enabled or class.relforcerowsecurity <> wanted.forced, false) as ajar
from wanted
join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
join pg_catalog.pg_class as class on class.relnamespace = namespace.oid and class.relname = wanted.name
where
  pg_catalog.pg_get_userbyid(class.relowner) <> wanted.owner
  or class.relrowsecurity <> wanted.enabled
  or class.relforcerowsecurity <> wanted.forced
union all
select
  namespace.nspname,
  null,
  wanted.owner,
  pg_catalog.pg_get_userbyid(namespace.nspowner)::text,
  null,
  null,
  false
from wanted
join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
where wanted.name is null and pg_catalog.pg_get_userbyid(namespace.nspowner) <> wanted.owner
