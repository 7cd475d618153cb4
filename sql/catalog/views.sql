-- Views of some schemas: their columns, comments, owner, and everything the server knows of them as one text.
select
  namespace.nspname::text as schema,
  class.relname::text as name,
  pg_catalog.pg_get_userbyid(class.relowner)::text as owner,
  coalesce(options.invoker, false) as invoker,
  found.columns,
  found.comments,
  pg_catalog.concat_ws(
    e'\n',
    pg_catalog.pg_get_viewdef(class.oid),
    'columns ' || pg_catalog.array_to_string(found.columns, ', '),
    'owner ' || pg_catalog.pg_get_userbyid(class.relowner),
    'options ' || pg_catalog.array_to_string(class.reloptions, ', ')
  ) as canonical
from pg_catalog.pg_class as class
join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
cross join lateral (
  select bool_or(option.option_name = 'security_invoker' and option.option_value::boolean) as invoker
  from pg_catalog.pg_options_to_table(class.reloptions) as option
) as options
cross join lateral (
  select
    array_agg(attribute.attname::text order by attribute.attnum) as columns,
    pg_catalog.array_remove(
      array_agg(
        case
          when description.text is not null then jsonb_build_array(attribute.attname, description.text)
        end
        order by attribute.attnum
      ),
      null
    )
    || case
      when pg_catalog.obj_description(class.oid, 'pg_class') is not null
        then array[jsonb_build_array('', pg_catalog.obj_description(class.oid, 'pg_class'))]
    end as comments
  from pg_catalog.pg_attribute as attribute
  cross join lateral pg_catalog.col_description(class.oid, attribute.attnum) as description (text)
  where attribute.attrelid = class.oid and attribute.attnum > 0 and not attribute.attisdropped
) as found
where class.relkind = 'v' and namespace.nspname = any (%(schemas)s::name[])
order by 1, 2
