-- The functions: the name of each that is there as it should be, and the statement that makes it so.
select
  (
    select function_here.oid::regprocedure::text
    from function_here
    join pg_catalog.pg_language as language on language.oid = function_here.prolang
    where
      function_here.proname = server_function.proname
      and function_here.proargtypes = server_function.proargtypes
      and function_here.proleakproof
      and function_here.prosrc = server_function.source
      and language.lanname = server_function.language
  ) as here,
  pg_catalog.format(
    e'create or replace function %%I.%%I(%%s)\n'
    '  returns %%s\n'
    '  language %%s\n'
    '  immutable\n'
    '  strict\n'
    '  leakproof\n'
    '  parallel safe\n'
    '  cost 1\n'
    '%%s'
    'as %%L',
    %(schema)s,
    server_function.proname,
    server_function.arguments,
    server_function.result,
    server_function.language,
    coalesce('  support pg_catalog.' || server_function.support || e'\n', ''),
    server_function.source
  ) as statement
from server_function
order by server_function.oid
