-- The log of what was read or loaded in bulk only grows.
create or replace function rls.keep_log()
  returns trigger
  language plpgsql
  volatile
  set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'entries of rls.% stay as they are', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
