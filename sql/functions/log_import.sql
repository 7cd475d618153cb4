-- An import is over: say so in the log, and take its rows out of the import table.  Those of others who import at the
-- same time are not to be seen before they commit, and then they are gone, too.
create or replace function rls.log_import()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  insert into rls.bulk_log (login, entity, kind, rows, what)
  select rls.caller(), tg_argv[0], 'import', count(*), tg_argv[1]
  from made
  having count(*) > 0;
  execute format('delete from %s', tg_relid::regclass);
  return null;
end
$$;
