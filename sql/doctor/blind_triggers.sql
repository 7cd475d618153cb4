-- Triggers that look up rows with the rights of whoever writes: they see what that person sees.
select
  trigger.tgname || ' on ' || managed.nspname || '.' || managed.relname as object,
  'checks ' || string_agg(distinct other.nspname || '.' || other.relname, ', ')
    || ' with the rights of whoever writes: hidden rows are not looked at' as what,
  pg_catalog.format('drop trigger %%I on %%I.%%I', trigger.tgname, managed.nspname, managed.relname) as statement
from managed
join pg_catalog.pg_trigger as trigger on trigger.tgrelid = managed.oid and not trigger.tgisinternal
join pg_catalog.pg_proc as proc on proc.oid = trigger.tgfoid and not proc.prosecdef
join managed as other
  on pg_catalog.pg_get_functiondef(proc.oid) ~* ('\m(from|join)\s+("?' || other.nspname || '"?\.)?"?' || other.relname || '\M')
where proc.pronamespace <> pg_catalog.to_regnamespace('rls')
group by trigger.tgname, managed.nspname, managed.relname
