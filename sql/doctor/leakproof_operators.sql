-- Operators of `rowlock leakproof`.
select
  'schema ' || namespace.nspname as object,
  'lets conditions with its operators run before the policies' as what,
  '-- rowlock leakproof --undo takes it away' as statement
from pg_catalog.pg_namespace as namespace
where namespace.nspname = %(leakproof)s
