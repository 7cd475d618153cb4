-- Constraint triggers that may be put off, and then run as whoever the session is by then; PostgreSQL 18 remembers.
select
  trigger.tgname || ' on ' || managed.nspname || '.' || managed.relname as object,
  'may be put off, and then judges as another role than the one that wrote' as what,
  pg_catalog.format(
    e'drop trigger %%I on %%I.%%I;\n%%s',
    trigger.tgname,
    managed.nspname,
    managed.relname,
    pg_catalog.regexp_replace(
      pg_catalog.pg_get_triggerdef(trigger.oid), ' DEFERRABLE( INITIALLY (DEFERRED|IMMEDIATE))?', ''
    )
  ) as statement
from managed
join pg_catalog.pg_trigger as trigger on trigger.tgrelid = managed.oid and not trigger.tgisinternal and trigger.tgdeferrable
where current_setting('server_version_num')::int < 180000
