-- What pools' logins may do without becoming anybody.
select
  pool.rolname::text as object,
  'may by itself use ' || string_agg(granted.name, ', ' order by granted.name) as what,
  string_agg(
    distinct pg_catalog.format('revoke all on %%s from %%I cascade', granted.place, pool.rolname), e';\n'
  ) as statement
from pool
join (
  select 'table ' || class.oid::regclass as place, class.oid::regclass::text as name, entry.grantee
  from pg_catalog.pg_class as class
  cross join pg_catalog.aclexplode(class.relacl) as entry
  where class.relowner <> entry.grantee
  union
  select
    'table ' || class.oid::regclass, class.oid::regclass || '.' || pg_catalog.quote_ident(attribute.attname), entry.grantee
  from pg_catalog.pg_attribute as attribute
  join pg_catalog.pg_class as class on class.oid = attribute.attrelid
  cross join pg_catalog.aclexplode(attribute.attacl) as entry
  where class.relowner <> entry.grantee
  union
  select 'schema ' || namespace.oid::regnamespace, 'schema ' || namespace.oid::regnamespace, entry.grantee
  from pg_catalog.pg_namespace as namespace
  cross join pg_catalog.aclexplode(namespace.nspacl) as entry
  where namespace.nspowner <> entry.grantee
  union
  select 'routine ' || proc.oid::regprocedure, 'function ' || proc.oid::regprocedure, entry.grantee
  from pg_catalog.pg_proc as proc
  cross join pg_catalog.aclexplode(proc.proacl) as entry
  where proc.proowner <> entry.grantee
) as granted on granted.grantee = pool.oid
group by pool.rolname
