-- What is in schema rls and was not shipped: relations, functions that are no predicates, triggers.
select
  'stray' as kind,
  'warning' as severity,
  pg_catalog.format('rls.%%s', class.relname) as object,
  'is in schema rls, and not Rowlock''s' as what,
  pg_catalog.format(
    'drop %%s rls.%%I',
    case class.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' when 'f' then 'foreign table' else 'table' end,
    class.relname
  ) as statement
from pg_catalog.pg_class as class
where
  class.relnamespace = pg_catalog.to_regnamespace('rls')
  and class.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  and class.relname <> all (%(relations)s::name[])
  and not exists (
    select
    from pg_catalog.pg_depend as depend
    where
      depend.classid = 'pg_catalog.pg_class'::regclass
      and depend.objid = class.oid
      and depend.deptype = 'i'
      and depend.refclassid = 'pg_catalog.pg_class'::regclass
  )
union all
select
  'stray',
  'warning',
  pg_catalog.format('rls_counter.%%s', class.relname),
  'is in schema rls_counter, and counts for nobody',
  pg_catalog.format('drop %%s rls_counter.%%I', case class.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end, class.relname)
from pg_catalog.pg_class as class
where
  class.relnamespace = pg_catalog.to_regnamespace('rls_counter')
  and class.relkind in ('r', 'p', 'v', 'S')
  and not exists (select from rls.counter where counter.sequence = class.oid)
union all
select
  'stray',
  'warning',
  pg_catalog.format('rls.%%s(%%s)', proc.proname, arguments.types),
  'is in schema rls, and not Rowlock''s',
  pg_catalog.format('drop routine rls.%%I(%%s)', proc.proname, pg_catalog.pg_get_function_identity_arguments(proc.oid))
from pg_catalog.pg_proc as proc
left join pg_catalog.pg_type as first on first.oid = proc.proargtypes[0]
cross join lateral (
  select string_agg(pg_catalog.format_type(argument.type, null), ', ' order by argument.position) as types
  from unnest(proc.proargtypes::oid[]) with ordinality as argument (type, position)
) as arguments
where
  proc.pronamespace = pg_catalog.to_regnamespace('rls')
  and first.typtype is distinct from 'c'
  and pg_catalog.format('rls.%%s(%%s)', proc.proname, arguments.types) <> all (%(functions)s::text[])
  -- What `rowlock carry` printed, for tables no definition names yet.
  and not (
    starts_with(proc.proname::text, 'carry_')
    and proc.prorettype = 'trigger'::regtype
    and pg_catalog.pg_get_userbyid(proc.proowner) = %(rls_owner)s
  )
union all
select
  'stray',
  'warning',
  pg_catalog.format('%%s on rls.%%s', trigger.tgname, class.relname),
  'is a trigger in schema rls, and not Rowlock''s',
  pg_catalog.format('drop trigger %%I on rls.%%I', trigger.tgname, class.relname)
from pg_catalog.pg_trigger as trigger
join pg_catalog.pg_class as class on class.oid = trigger.tgrelid
where
  class.relnamespace = pg_catalog.to_regnamespace('rls')
  and not trigger.tgisinternal
  and pg_catalog.format('%%s on rls.%%s', trigger.tgname, class.relname) <> all (%(triggers)s::text[])
