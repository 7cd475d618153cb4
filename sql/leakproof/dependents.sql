-- What would go with the operators: indexes, views, functions; and whatever else somebody made in their schema.
, part as (
  select 'pg_catalog.pg_proc'::regclass as class, function_here.oid from function_here
  union all
  select 'pg_catalog.pg_operator'::regclass, operator.oid
  from here
  join pg_catalog.pg_operator as operator on operator.oprnamespace = here.oid
  union all
  select 'pg_catalog.pg_opclass'::regclass, class.oid
  from here
  join pg_catalog.pg_opclass as class on class.opcnamespace = here.oid
  union all
  select 'pg_catalog.pg_opfamily'::regclass, family.oid
  from here
  join pg_catalog.pg_opfamily as family on family.opfnamespace = here.oid
),
whole as (
  select part.class, part.oid from part
  union all
  select 'pg_catalog.pg_namespace'::regclass, here.oid from here
)
select distinct pg_catalog.pg_describe_object(depend.classid, depend.objid, depend.objsubid) as object
from whole
join pg_catalog.pg_depend as depend on depend.refclassid = whole.class and depend.refobjid = whole.oid
where
  (depend.classid, depend.objid) not in (select part.class, part.oid from part)
  and depend.classid not in ('pg_catalog.pg_amop'::regclass, 'pg_catalog.pg_amproc'::regclass)
order by 1
