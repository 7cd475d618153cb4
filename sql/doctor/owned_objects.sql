-- Objects that belong to people, pools or our roles.
select
  insider.rolname::text as object,
  'owns ' || pg_catalog.array_to_string((array_agg(owned.name order by owned.name))[:5], ', ')
    || case when count(*) > 5 then pg_catalog.format(' and %%s more', count(*) - 5) else '' end as what,
  pg_catalog.format(
    'reassign owned by %%I to %%I',
    insider.rolname,
    case when database.datdba in (select each.oid from insider as each) then current_user else database.owner_name end
  ) as statement
from insider
join pg_catalog.pg_shdepend as depend
  on depend.refclassid = 'pg_catalog.pg_authid'::regclass and depend.refobjid = insider.oid and depend.deptype = 'o'
cross join database
cross join lateral (
  select pg_catalog.pg_describe_object(depend.classid, depend.objid, depend.objsubid) as name
) as owned
where
  depend.dbid in (0, database.oid)
  and not exists (
    select
    from pg_catalog.pg_class as class
    where depend.classid = 'pg_catalog.pg_class'::regclass and class.oid = depend.objid and class.relpersistence = 't'
  )
group by insider.rolname, database.datdba, database.owner_name
