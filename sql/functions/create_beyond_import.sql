-- Records were created beyond the caller's import level: refused where they are imported, else held to the entity's
-- budget, if it has one.  What is counted stays counted whatever becomes of the transaction.
create or replace function rls.create_beyond_import(wanted_entity text, records bigint)
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  budget record;
begin
  if coalesce(current_setting('rowlock.import', true), '') <> '' then
    raise exception 'records of % lie beyond what you may import', wanted_entity
      using errcode = 'with_check_option_violation';
  end if;
end
$$;
