-- Triggers by table and name: %(schemas)s, %(names)s and %(triggers)s in step.
select
  namespace.nspname::text as table_schema,
  class.relname::text as table_name,
  trigger.tgname::text as name,
  class.relkind = 'v' as on_view,
  pg_catalog.concat_ws(e'\n', pg_catalog.pg_get_triggerdef(trigger.oid), 'enabled ' || trigger.tgenabled::text) as canonical
from unnest(%(schemas)s::text[], %(names)s::text[], %(triggers)s::text[]) as wanted (schema, name, trigger)
join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
join pg_catalog.pg_class as class on class.relnamespace = namespace.oid and class.relname = wanted.name
join pg_catalog.pg_trigger as trigger on trigger.tgrelid = class.oid and trigger.tgname = wanted.trigger
order by 1, 2, 3
