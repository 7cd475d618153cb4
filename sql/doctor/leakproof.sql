-- Functions that somebody said leak nothing: they see hidden rows.  Rowlock's own are known.
select
  proc.oid::regprocedure::text as object,
  'is marked LEAKPROOF: it runs before the policies' as what,
  pg_catalog.format(
    'alter function %%I.%%I(%%s) not leakproof',
    namespace.nspname,
    proc.proname,
    pg_catalog.pg_get_function_identity_arguments(proc.oid)
  ) as statement
from pg_catalog.pg_proc as proc
join pg_catalog.pg_namespace as namespace on namespace.oid = proc.pronamespace
where proc.proleakproof and proc.oid >= 16384 and proc.oid::regprocedure::text <> all (%(leakproof_functions)s)
