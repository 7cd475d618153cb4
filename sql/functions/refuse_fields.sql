-- Refuse to write fields of a group; the trigger's condition has found that the caller may not, there.
create or replace function rls.refuse_fields()
  returns trigger
  language plpgsql
  volatile
  set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'permission denied for fields % of %', tg_argv[0], tg_argv[1]
    using
      errcode = 'insufficient_privilege',
      table = tg_table_name,
      hint = 'Leave these fields out, or ask for the right to write them in this record.';
end
$$;
