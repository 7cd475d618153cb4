-- Event triggers whose function somebody may change who is no superuser: it runs as whoever changes a schema.
select
  event.evtname::text as object,
  'runs ' || proc.oid::regprocedure || ', which belongs to ' || owner.rolname || ', as whoever changes a schema' as what,
  pg_catalog.format('drop event trigger %%I', event.evtname) as statement
from pg_catalog.pg_event_trigger as event
join pg_catalog.pg_proc as proc on proc.oid = event.evtfoid
join pg_catalog.pg_roles as owner on owner.oid = proc.proowner
where not owner.rolsuper
