-- Trigger functions that check by ASSERT, which whoever writes may switch off.
select
  proc.oid::regprocedure::text as object,
  'checks what is written to ' || string_agg(distinct managed.nspname || '.' || managed.relname, ', ')
    || ' by ASSERT, which the writer may switch off' as what,
  pg_catalog.format(
    'alter function %%I.%%I() set plpgsql.check_asserts = on', namespace.nspname, proc.proname
  ) as statement
from managed
join pg_catalog.pg_trigger as trigger on trigger.tgrelid = managed.oid and not trigger.tgisinternal
join pg_catalog.pg_proc as proc on proc.oid = trigger.tgfoid
join pg_catalog.pg_namespace as namespace on namespace.oid = proc.pronamespace
join pg_catalog.pg_language as language on language.oid = proc.prolang and language.lanname = 'plpgsql'
where
  proc.prosrc ~* '\massert\M'
  and not coalesce('plpgsql.check_asserts=on' = any (proc.proconfig), false)
group by proc.oid, proc.proname, namespace.nspname
