-- Triggers on tables under rights whose function belongs to an insider: it runs as whoever writes.
select
  trigger.tgname || ' on ' || managed.nspname || '.' || managed.relname as object,
  'runs ' || proc.oid::regprocedure || ', which belongs to ' || insider.rolname || ', as whoever writes' as what,
  pg_catalog.format('drop trigger %%I on %%I.%%I', trigger.tgname, managed.nspname, managed.relname) as statement
from managed
join pg_catalog.pg_trigger as trigger on trigger.tgrelid = managed.oid and not trigger.tgisinternal
join pg_catalog.pg_proc as proc on proc.oid = trigger.tgfoid
join insider on insider.oid = proc.proowner
