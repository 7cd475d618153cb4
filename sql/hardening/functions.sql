-- The server's functions that take what columns under rights hold: whether each is leakproof, and whether it was until
-- somebody hardened it.  Keys are numbers and uuids that name rows or refer to them; their functions count where asked
-- for, or where they were hardened before.
with recursive managed as (
  select class.oid
  from unnest(%(schemas)s::text[], %(names)s::text[]) as wanted (schema, name)
  join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
  join pg_catalog.pg_class as class on class.relnamespace = namespace.oid and class.relname = wanted.name
),
held as (
  select
    attribute.atttypid as type,
    bool_or(
      (type.typcategory = 'N' or type.oid = 'pg_catalog.uuid'::regtype)
      and exists (
        select
        from pg_catalog.pg_constraint as "constraint"
        where
          "constraint".conrelid = managed.oid
          and "constraint".contype in ('p', 'f')
          and attribute.attnum = any ("constraint".conkey)
      )
    ) as is_key
  from managed
  join pg_catalog.pg_attribute as attribute
    on attribute.attrelid = managed.oid and attribute.attnum > 0 and not attribute.attisdropped
  join pg_catalog.pg_type as type on type.oid = attribute.atttypid
  group by attribute.atttypid
),
-- What a value may be taken for without a function: the type of a domain, of an array's elements, a binary cast's.
taken as (
  select held.type, held.is_key from held
  union
  select other.type, taken.is_key
  from taken
  join pg_catalog.pg_type as type on type.oid = taken.type
  cross join lateral (
    select type.typbasetype
    union all
    select type.typelem where type.typcategory = 'A'
    union all
    select "cast".casttarget
    from pg_catalog.pg_cast as "cast"
    where "cast".castsource = taken.type and "cast".castmethod = 'b'
  ) as other (type)
  where other.type <> 0
),
-- A boolean is a condition by itself, and the server's own views are filtered by names.
guarded as (
  select taken.type, bool_or(taken.is_key) as is_key
  from taken
  where taken.type not in ('pg_catalog.bool'::regtype, 'pg_catalog.name'::regtype)
  group by taken.type
),
function as (
  select
    pg_catalog.format(
      'pg_catalog.%%I(%%s)', proc.proname, pg_catalog.pg_get_function_identity_arguments(proc.oid)
    ) as name,
    array(
      select guarded.type::regtype::text
      from guarded
      where guarded.type = any (proc.proargtypes::oid[])
      order by 1
    ) as types,
    exists (
      select from guarded where guarded.type = any (proc.proargtypes::oid[]) and not guarded.is_key
    ) as takes_values,
    exists (
      select from guarded where guarded.type = any (proc.proargtypes::oid[]) and guarded.is_key
    ) as takes_keys,
    proc.proleakproof as is_leakproof
  from pg_catalog.pg_proc as proc
  where proc.pronamespace = 'pg_catalog'::regnamespace
),
known as (
  select function.*, hardened.function is not null as was_leakproof
  from function
  left join rls.hardened on hardened.function = function.name
)
select known.name, known.types, known.is_leakproof, known.was_leakproof
from known
where
  known.was_leakproof
  or known.is_leakproof
  and (
    known.takes_values
    or known.takes_keys
    and (%(keys)s or exists (select from known as other where other.was_leakproof and not other.takes_values))
  )
order by known.types, known.name
