-- Counters of this transaction, which tell how many rows a statement looked at.
select
  functions.count || ' of the server''s counters' as object,
  'may be read by everybody, and count hidden rows' as what,
  pg_catalog.format('revoke execute on function %%s from public', functions.names) as statement
from (
  select
    count(*) as count,
    string_agg(
      pg_catalog.format('pg_catalog.%%I(%%s)', proc.proname, pg_catalog.pg_get_function_identity_arguments(proc.oid)),
      ', '
      order by proc.proname
    ) as names
  from pg_catalog.pg_proc as proc
  cross join pg_catalog.aclexplode(coalesce(proc.proacl, pg_catalog.acldefault('f', proc.proowner))) as entry
  where
    proc.pronamespace = 'pg_catalog'::regnamespace
    and starts_with(proc.proname::text, 'pg_stat_get_xact_')
    and entry.grantee = 0
) as functions
where functions.count > 0
