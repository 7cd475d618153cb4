-- Tables of managed schemas without row security, and partitions and inheritance children that are reached directly.
, child (oid, managed) as (
  select inherits.inhrelid, managed.oid
  from managed
  join pg_catalog.pg_inherits as inherits on inherits.inhparent = managed.oid
  union
  select inherits.inhrelid, child.managed
  from child
  join pg_catalog.pg_inherits as inherits on inherits.inhparent = child.oid
)
select
  'table' as kind,
  case when reached.oid is null then 'warning' else 'error' end as severity,
  pg_catalog.format('%%s.%%s', namespace.nspname, class.relname) as object,
  'has no row security' || coalesce('; open to ' || reached.grantees, '') as what,
  pg_catalog.format(
    case class.relkind
      when 'f' then 'revoke all on %%I.%%I from %%s cascade'
      else 'alter table %%I.%%I enable row level security, force row level security'
    end,
    namespace.nspname,
    class.relname,
    reached.grantees
  ) as statement
from managed_schema as namespace
join pg_catalog.pg_class as class on class.relnamespace = namespace.oid
left join reached on reached.oid = class.oid
where
  class.relkind in ('r', 'p', 'f')
  and not class.relrowsecurity
  and class.oid not in (select managed.oid from managed)
  and class.oid not in (select child.oid from child)
  and (reached.oid is not null or (namespace.nspname = any (%(own_schemas)s::name[]) and class.relkind <> 'f'))
union all
select
  'partition',
  'error',
  pg_catalog.format('%%s.%%s', namespace.nspname, class.relname),
  pg_catalog.format('is a part of %%s.%%s, open to %%s', managed.nspname, managed.relname, reached.grantees),
  pg_catalog.format('revoke all on %%I.%%I from %%s cascade', namespace.nspname, class.relname, reached.grantees)
from child
join managed on managed.oid = child.managed
join pg_catalog.pg_class as class on class.oid = child.oid
join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
join reached on reached.oid = class.oid
where class.oid not in (select managed.oid from managed)
