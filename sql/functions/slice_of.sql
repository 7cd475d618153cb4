-- The slice, from 1 on, that a person is in.  The same as rls.pools.slice_of in Python.
create or replace function rls.slice_of(login name, slices int)
  returns int
  language sql
  immutable
  parallel safe
return case slices
  when 1 then 1
  else (
    (
      'x' || pg_catalog.encode(
        pg_catalog.substr(pg_catalog.sha256(pg_catalog.convert_to(login::text, 'UTF8')), 1, 4), 'hex'
      )
    )::bit(32)::bigint % slices
  )::int + 1
end;
