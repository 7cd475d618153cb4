-- Unique keys whose values people choose: a refusal tells that a row is there, seen or not.
, chosen as (
  select distinct attribute.attrelid, attribute.attnum
  from managed
  join pg_catalog.pg_attribute as attribute on attribute.attrelid = managed.oid
  join pg_catalog.pg_class as class on class.oid = managed.oid
  cross join lateral (
    select entry.grantee, entry.privilege_type from pg_catalog.aclexplode(class.relacl) as entry
    union all
    select entry.grantee, entry.privilege_type from pg_catalog.aclexplode(attribute.attacl) as entry
  ) as entry
  where
    not attribute.attisdropped
    and entry.privilege_type in ('INSERT', 'UPDATE')
    and (entry.grantee = 0 or entry.grantee in (select insider.oid from insider))
)
select
  managed.nspname || '.' || managed.relname || ' (' || columns.names || ')' as object,
  'tells whoever writes a value of it that a hidden row has it' as what,
  case
    when owner.name is null or index.indisprimary or columns.is_expression
      then '-- ' || index.indexrelid::regclass || ': let nobody choose its values, or accept it'
    when "constraint".oid is not null
      then pg_catalog.format(
        'alter table %%I.%%I drop constraint %%I, add constraint %%I unique (%%I, %%s)',
        managed.nspname, managed.relname, "constraint".conname, "constraint".conname, owner.name, columns.names
      )
    else
      pg_catalog.format(
        e'drop index %%s;\ncreate unique index %%I on %%I.%%I (%%I, %%s)%%s',
        index.indexrelid::regclass, class.relname, managed.nspname, managed.relname, owner.name, columns.names,
        ' where ' || pg_catalog.pg_get_expr(index.indpred, index.indrelid)
      )
  end as statement
from managed
join pg_catalog.pg_index as index on index.indrelid = managed.oid and index.indisunique
join pg_catalog.pg_class as class on class.oid = index.indexrelid
left join pg_catalog.pg_constraint as "constraint"
  on "constraint".conindid = index.indexrelid and "constraint".conrelid = managed.oid and "constraint".contype = 'u'
left join (
  select wanted.schema, wanted.name as table_name, wanted.owner as name
  from unnest(%(owner_schemas)s::text[], %(owner_tables)s::text[], %(owner_columns)s::text[]) as wanted (schema, name, owner)
) as owner on owner.schema = managed.nspname::text and owner.table_name = managed.relname::text
cross join lateral (
  select
    string_agg(coalesce(pg_catalog.quote_ident(attribute.attname), '…'), ', ' order by key.position) as names,
    bool_or(key.attnum = 0) as is_expression,
    bool_or(key.attnum = 0 or chosen.attnum is not null) as is_chosen,
    min(attribute.attname::text) filter (where key.position = 1) as first
  from unnest(index.indkey::int2[]) with ordinality as key (attnum, position)
  left join pg_catalog.pg_attribute as attribute on attribute.attrelid = managed.oid and attribute.attnum = key.attnum
  left join chosen on chosen.attrelid = managed.oid and chosen.attnum = key.attnum
  where key.position <= index.indnkeyatts
) as columns
where columns.is_chosen and columns.first is distinct from owner.name
