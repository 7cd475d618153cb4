-- Give a person a budget back before its window ends, and write down who did it and why.
-- Returns how many rows had been counted; null: nothing counts what they do there.
create or replace function rls.reset_budget(wanted_login name, wanted_entity text, wanted_kind text, why text)
  returns bigint
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  of record;
  used bigint;
begin
  select counter.sequence, budget.per, budget.changed
  into of
  from rls.counter
  join rls.budget on budget.entity = counter.entity and budget.kind = counter.kind
  where counter.login = wanted_login and counter.entity = wanted_entity and counter.kind = wanted_kind
  for update of counter;
  if not found then
    return null;
  end if;
  used := coalesce(rls.counted_rows(of.sequence, of.per, of.changed), 0);
  insert into rls.budget_reset (login, entity, kind, used, reason)
  values (wanted_login, wanted_entity, wanted_kind, used, why);
  perform setval(of.sequence, rls.window_begins(of.per) * rls.counter_room());
  return used;
end
$$;
