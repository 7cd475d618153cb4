-- Functions of the server that could as well be marked leakproof: what they are given decides nothing but what they
-- return, memory and stack aside (numeric.c, enum.c, like_match.c, formatting.c, tsvector_op.c, jsonb_op.c, jsonfuncs.c).
-- Those of LIKE raise an error for a pattern that ends in a lone backslash, where a text has come as far, and are called
-- through a function that never does.
with reviewed (oid, through) as (
  values
    ('pg_catalog.numeric_eq(numeric, numeric)'::regprocedure, null),
    ('pg_catalog.numeric_ne(numeric, numeric)', null),
    ('pg_catalog.numeric_lt(numeric, numeric)', null),
    ('pg_catalog.numeric_le(numeric, numeric)', null),
    ('pg_catalog.numeric_gt(numeric, numeric)', null),
    ('pg_catalog.numeric_ge(numeric, numeric)', null),
    ('pg_catalog.enum_eq(anyenum, anyenum)', null),
    ('pg_catalog.enum_ne(anyenum, anyenum)', null),
    ('pg_catalog.enum_lt(anyenum, anyenum)', null),
    ('pg_catalog.enum_le(anyenum, anyenum)', null),
    ('pg_catalog.enum_gt(anyenum, anyenum)', null),
    ('pg_catalog.enum_ge(anyenum, anyenum)', null),
    ('pg_catalog.textlike(text, text)', '~~'),
    ('pg_catalog.textnlike(text, text)', '!~~'),
    ('pg_catalog.texticlike(text, text)', '~~*'),
    ('pg_catalog.texticnlike(text, text)', '!~~*'),
    ('pg_catalog.lower(text)', null),
    ('pg_catalog.upper(text)', null),
    ('pg_catalog.ts_match_vq(tsvector, tsquery)', null),
    ('pg_catalog.ts_match_qv(tsquery, tsvector)', null),
    ('pg_catalog.jsonb_contains(jsonb, jsonb)', null),
    ('pg_catalog.jsonb_contained(jsonb, jsonb)', null),
    ('pg_catalog.jsonb_exists(jsonb, text)', null),
    ('pg_catalog.jsonb_exists_any(jsonb, text[])', null),
    ('pg_catalog.jsonb_exists_all(jsonb, text[])', null),
    ('pg_catalog.jsonb_object_field_text(jsonb, text)', null)
),
server_function as (
  select
    proc.oid,
    proc.proname,
    proc.proargtypes,
    pg_catalog.pg_get_function_identity_arguments(proc.oid) as arguments,
    proc.prorettype::regtype as result,
    case when reviewed.through is null then 'internal' else 'plpgsql' end as language,
    case
      when reviewed.through is null then proc.prosrc
      else
        pg_catalog.format(
          $$
begin
  if
    pg_catalog.right($2, 1) operator(pg_catalog.=) pg_catalog.chr(92)
    and pg_catalog.mod(
      pg_catalog.length($2) operator(pg_catalog.-) pg_catalog.length(pg_catalog.rtrim($2, pg_catalog.chr(92))), 2
    ) operator(pg_catalog.=) 1
  then
    return %%s;
  end if;
  return $1 operator(pg_catalog.%%s) $2;
end
$$,
          case when pg_catalog.starts_with(reviewed.through, '!') then 'true' else 'false' end,
          reviewed.through
        )
    end as source,
    nullif(proc.prosupport::oid, 0)::regproc::text as support
  from reviewed
  join pg_catalog.pg_proc as proc on proc.oid = reviewed.oid
),
here as (
  select namespace.oid from pg_catalog.pg_namespace as namespace where namespace.nspname = %(schema)s
),
function_here as (
  select proc.*
  from here
  join pg_catalog.pg_proc as proc on proc.pronamespace = here.oid
),
-- Of two names of the same function, the one that indexes know.
server_operator as (
  select operator.*
  from pg_catalog.pg_operator as operator
  join server_function on server_function.oid = operator.oprcode
  where operator.oprname <> '@@@'
),
search as (
  select class.oid as class, search.amopstrategy, server_operator.*
  from pg_catalog.pg_opclass as class
  join pg_catalog.pg_amop as search
    on search.amopfamily = class.opcfamily and search.amoplefttype = class.opcintype and search.amoppurpose = 's'
  join server_operator on server_operator.oid = search.amopopr
  where class.opcnamespace not in (select here.oid from here)
),
server_class as (
  select class.*, method.amname
  from pg_catalog.pg_opclass as class
  join pg_catalog.pg_am as method on method.oid = class.opcmethod and method.amname in ('btree', 'hash', 'gin')
  where class.oid in (select search.class from search)
)
