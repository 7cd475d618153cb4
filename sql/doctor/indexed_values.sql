-- Columns people may read whose comparison is leakproof and which have an index: EXPLAIN tells values of hidden rows.
-- Keys and references are left out: they name rows, and say little else.
, plain as (
  select managed.oid, managed.nspname, managed.relname, attribute.attnum, attribute.attname
  from managed
  join pg_catalog.pg_attribute as attribute on attribute.attrelid = managed.oid and attribute.attnum > 0
  where
    not exists (
      select
      from pg_catalog.pg_constraint as "constraint"
      where
        "constraint".conrelid = managed.oid
        and "constraint".contype in ('p', 'f')
        and attribute.attnum = any ("constraint".conkey)
    )
    and exists (
      select
      from pg_catalog.aclexplode(attribute.attacl) as entry
      where entry.privilege_type = 'SELECT' and entry.grantee in (select ours.oid from ours)
    )
)
select
  plain.nspname || '.' || plain.relname as object,
  'tells by EXPLAIN whether a hidden row has a value of '
    || string_agg(distinct plain.attname::text, ', ' order by plain.attname::text) as what,
  '-- rowlock harden; or keep what is confidential in numeric or jsonb, or without an index' as statement
from plain
join pg_catalog.pg_index as index on index.indrelid = plain.oid and plain.attnum = any (index.indkey::int2[])
-- Both are vectors that begin with 0.
join pg_catalog.pg_opclass as class
  on class.oid = index.indclass[pg_catalog.array_position(index.indkey::int2[], plain.attnum)]
join pg_catalog.pg_amop as operator
  on operator.amopfamily = class.opcfamily
  and operator.amoplefttype = class.opcintype
join pg_catalog.pg_operator as comparison on comparison.oid = operator.amopopr
join pg_catalog.pg_proc as proc on proc.oid = comparison.oprcode
where proc.proleakproof
group by plain.nspname, plain.relname
