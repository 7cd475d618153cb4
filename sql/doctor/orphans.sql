-- For each foreign key of tables under rights: what finds and what deletes children without a parent.
select
  child.oid::regclass || ' (' || "constraint".conname || ')' as object,
  pg_catalog.format(
    'select exists (select from %%s as child where %%s and not exists (select from %%s as parent where %%s))',
    child.oid::regclass, columns.given, parent.oid::regclass, columns.equal
  ) as question,
  pg_catalog.format(
    'delete from %%s as child where %%s and not exists (select from %%s as parent where %%s)',
    child.oid::regclass, columns.given, parent.oid::regclass, columns.equal
  ) as statement
from pg_catalog.pg_constraint as "constraint"
join pg_catalog.pg_class as child on child.oid = "constraint".conrelid
join pg_catalog.pg_class as parent on parent.oid = "constraint".confrelid
cross join lateral (
  select
    string_agg(pg_catalog.format('child.%%I is not null', mine.attname), ' and ') as given,
    string_agg(pg_catalog.format('parent.%%I = child.%%I', theirs.attname, mine.attname), ' and ') as equal
  from unnest("constraint".conkey, "constraint".confkey) as pair (mine, theirs)
  join pg_catalog.pg_attribute as mine on mine.attrelid = child.oid and mine.attnum = pair.mine
  join pg_catalog.pg_attribute as theirs on theirs.attrelid = parent.oid and theirs.attnum = pair.theirs
) as columns
where
  "constraint".contype = 'f'
  and "constraint".conparentid = 0
  and (child.oid in (select managed.oid from managed) or parent.oid in (select managed.oid from managed))
order by 1
