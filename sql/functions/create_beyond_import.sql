-- Records were created beyond the caller's import level: refused where they are imported, else held to the entity's
-- budget: so many by one statement, so many in a window.  What is counted stays counted whatever becomes of them.
create or replace function rls.create_beyond_import(wanted_entity text, records bigint)
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  most rls.budget;
  sequence regclass;
  allowed bigint;
  number bigint;
begin
  if coalesce(current_setting('rowlock.import', true), '') <> '' then
    raise exception 'records of % lie beyond what you may import', wanted_entity
      using errcode = 'with_check_option_violation';
  end if;
  select * into most from rls.budget where budget.entity = wanted_entity and budget.kind = 'create';
  if not found then
    return;
  elsif records > most.statement then
    raise exception 'one statement may create % records of % beyond what you may import, not %',
      most.statement, wanted_entity, records
      using
        errcode = 'configuration_limit_exceeded',
        hint = format('Create fewer at a time, or ask for the right to import %s.', wanted_entity);
  end if;
  allowed := rls.allowance(wanted_entity, 'create');
  sequence := rls.counter_of(wanted_entity, 'create');
  select max(nextval(sequence)) into number from generate_series(1, records);
  if number > allowed then
    raise exception 'the budget for creating % is used up: % rows per %', wanted_entity, most.rows, most.per
      using
        errcode = 'configuration_limit_exceeded',
        detail = 'Records that you may create, but not import, are counted, also where the transaction is undone.',
        hint = format('Ask for the right to import %s, or wait until counting begins anew.', wanted_entity);
  end if;
end
$$;
