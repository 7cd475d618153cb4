-- Generated columns that a role may read and of whose inputs it may not read one.
, input as (
  select default_value.adrelid as relation, default_value.adnum as generated, depend.refobjsubid::int2 as input
  from managed
  join pg_catalog.pg_attribute as attribute on attribute.attrelid = managed.oid and attribute.attgenerated <> ''
  join pg_catalog.pg_attrdef as default_value
    on default_value.adrelid = attribute.attrelid and default_value.adnum = attribute.attnum
  join pg_catalog.pg_depend as depend
    on depend.refclassid = 'pg_catalog.pg_class'::regclass
    and depend.refobjid = managed.oid
    and depend.refobjsubid > 0
    and depend.refobjsubid <> attribute.attnum
    and (
      (depend.classid = 'pg_catalog.pg_attrdef'::regclass and depend.objid = default_value.oid)
      or (depend.classid = 'pg_catalog.pg_class'::regclass and depend.objid = managed.oid and depend.objsubid = attribute.attnum)
    )
)
select
  managed.nspname || '.' || managed.relname || '.' || generated.attname as object,
  'shows ' || insider.rolname || ' what ' || string_agg(distinct hidden.attname::text, ', ') || ' holds, which it may not read' as what,
  pg_catalog.format('revoke select (%%I) on %%I.%%I from %%I', generated.attname, managed.nspname, managed.relname, insider.rolname)
    as statement
from input
join managed on managed.oid = input.relation
join pg_catalog.pg_attribute as generated on generated.attrelid = input.relation and generated.attnum = input.generated
join pg_catalog.pg_attribute as hidden on hidden.attrelid = input.relation and hidden.attnum = input.input
cross join insider
where
  pg_catalog.has_column_privilege(insider.oid, input.relation, input.generated, 'select')
  and not pg_catalog.has_column_privilege(insider.oid, input.relation, input.input, 'select')
  and insider.oid in (select ours.oid from ours)
group by managed.nspname, managed.relname, generated.attname, insider.rolname
