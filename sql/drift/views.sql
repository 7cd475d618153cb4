-- Views with their owner's rights, and materialised views, over tables under rights: directly or through other views.
, reads (view, managed) as (
  select rewrite.ev_class, managed.oid
  from managed
  join pg_catalog.pg_depend as depend
    on depend.refclassid = 'pg_catalog.pg_class'::regclass and depend.refobjid = managed.oid
  join pg_catalog.pg_rewrite as rewrite
    on depend.classid = 'pg_catalog.pg_rewrite'::regclass and rewrite.oid = depend.objid
  where rewrite.ev_class <> managed.oid
  union
  select rewrite.ev_class, reads.managed
  from reads
  join pg_catalog.pg_depend as depend
    on depend.refclassid = 'pg_catalog.pg_class'::regclass and depend.refobjid = reads.view
  join pg_catalog.pg_rewrite as rewrite
    on depend.classid = 'pg_catalog.pg_rewrite'::regclass and rewrite.oid = depend.objid
  where rewrite.ev_class <> reads.view
)
select
  case class.relkind when 'm' then 'materialized view' else 'view' end as kind,
  case when reached.oid is null then 'warning' else 'error' end as severity,
  pg_catalog.format('%%s.%%s', namespace.nspname, class.relname) as object,
  case class.relkind when 'm' then 'holds rows of ' else 'reads with its owner''s rights ' end
    || string_agg(pg_catalog.format('%%s.%%s', managed.nspname, managed.relname), ', ' order by managed.nspname, managed.relname)
    || coalesce('; open to ' || reached.grantees, '') as what,
  case class.relkind
    when 'm' then pg_catalog.format('drop materialized view %%I.%%I', namespace.nspname, class.relname)
    else pg_catalog.format('alter view %%I.%%I set (security_invoker = true)', namespace.nspname, class.relname)
  end as statement
from reads
join managed on managed.oid = reads.managed
join pg_catalog.pg_class as class on class.oid = reads.view
join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
left join reached on reached.oid = class.oid
where
  namespace.nspname <> 'rls'
  and pg_catalog.format('%%s.%%s', namespace.nspname, class.relname) <> all (%(views)s::text[])
  and (
    class.relkind = 'm'
    or (
      class.relkind = 'v'
      and not exists (
        select
        from pg_catalog.pg_options_to_table(class.reloptions) as option
        where option.option_name = 'security_invoker' and option.option_value::boolean
      )
    )
  )
group by class.oid, class.relkind, class.relname, namespace.nspname, reached.oid, reached.grantees
