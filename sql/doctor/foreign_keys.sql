-- Foreign keys that change or delete rows by themselves, past the policies.
select
  child.oid::regclass || ' (' || "constraint".conname || ')' as object,
  'rows follow those of ' || parent.oid::regclass || ' ('
    || pg_catalog.concat_ws(
      ', ',
      case when "constraint".confdeltype in ('c', 'n', 'd') then 'on delete ' || action.on_delete end,
      case when "constraint".confupdtype in ('c', 'n', 'd') then 'on update ' || action.on_update end
    )
    || '), whoever may see them' as what,
  pg_catalog.format(
    'alter table %%s drop constraint %%I, add constraint %%I %%s',
    child.oid::regclass,
    "constraint".conname,
    "constraint".conname,
    pg_catalog.regexp_replace(
      pg_catalog.pg_get_constraintdef("constraint".oid),
      ' ON (DELETE|UPDATE) (CASCADE|SET NULL|SET DEFAULT)( \([^)]*\))?',
      '',
      'g'
    )
  ) as statement
from pg_catalog.pg_constraint as "constraint"
join pg_catalog.pg_class as child on child.oid = "constraint".conrelid
join pg_catalog.pg_class as parent on parent.oid = "constraint".confrelid
cross join lateral (
  select
    case "constraint".confdeltype when 'c' then 'cascade' when 'n' then 'set null' else 'set default' end as on_delete,
    case "constraint".confupdtype when 'c' then 'cascade' when 'n' then 'set null' else 'set default' end as on_update
) as action
where
  "constraint".contype = 'f'
  and "constraint".conparentid = 0
  and child.oid in (select managed.oid from managed)
  and ("constraint".confdeltype in ('c', 'n', 'd') or "constraint".confupdtype in ('c', 'n', 'd'))
