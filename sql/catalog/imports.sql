-- Import tables: their columns, and everything else the server knows of them as one text.
select
  namespace.nspname::text as schema,
  class.relname::text as name,
  pg_catalog.pg_get_userbyid(class.relowner)::text as owner,
  (
    select array_agg(array[attribute.attname::text, pg_catalog.format_type(attribute.atttypid, null)] order by attribute.attnum)
    from pg_catalog.pg_attribute as attribute
    where attribute.attrelid = class.oid and attribute.attnum > 0 and not attribute.attisdropped
  ) as columns,
  pg_catalog.concat_ws(
    e'\n',
    'table ' || class.relkind::text || class.relpersistence::text || class.relrowsecurity::text || class.relhasrules::text,
    class.reloptions::text,
    'defaults ' || (select count(*) from pg_catalog.pg_attrdef as preset where preset.adrelid = class.oid),
    'constraints ' || (select count(*) from pg_catalog.pg_constraint as held where held.conrelid = class.oid and held.contype <> 'n'),
    (
      select
        string_agg(pg_catalog.pg_get_triggerdef(trigger.oid) || ' ' || trigger.tgenabled::text, e'\n' order by trigger.tgname)
      from pg_catalog.pg_trigger as trigger
      where trigger.tgrelid = class.oid and not trigger.tgisinternal
    )
  ) as canonical
from pg_catalog.pg_class as class
join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
where namespace.nspname = %(schema)s and class.relkind in ('r', 'p')
order by 1, 2
