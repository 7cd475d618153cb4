-- A table under row security that the login may touch without being anybody; a pool's login has none.
select cast(cast(governed.oid as regclass) as text)
from pg_catalog.pg_class as governed
where governed.relrowsecurity
  and (
    has_any_column_privilege(session_user, governed.oid, 'select, insert, update, references')
    or has_table_privilege(session_user, governed.oid, 'delete, truncate, trigger')
  )
limit 1
