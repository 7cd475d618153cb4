-- Called for a row whose number is beyond what the statement was allowed: true where the budget or its window has changed
-- since, or else an error that says what to ask for.
-- The cost has the planner evaluate what calls it after what finds rows.
create or replace function rls.over_budget(wanted_entity text)
  returns boolean
  language plpgsql
  volatile
  security definer
  cost 200
  set search_path = pg_catalog, pg_temp
as $$
declare
  sequence constant regclass := rls.counter_of(wanted_entity, 'read');
  number bigint := currval(sequence);
  allowed constant bigint := rls.allowance(wanted_entity, 'read');
  limits rls.budget;
  first bigint;
begin
  if allowed is null then
    -- The setting came while the statement ran.
    return null;
  end if;
  select * into strict limits from rls.budget where budget.entity = wanted_entity and budget.kind = 'read';
  first := allowed - limits.rows;
  if number <= first or number - first >= rls.counter_room() then
    -- Counted in a window that has ended since.
    number := nextval(sequence);
  end if;
  if number > allowed then
    raise exception 'the budget for reading % is used up: % rows per %', wanted_entity, limits.rows, limits.per
      using errcode = 'configuration_limit_exceeded',
        detail = format(
          'Rows that %s may read, but not export, are counted when a statement looks at them; counting begins anew at %s.',
          rls.caller(),
          to_timestamp(rls.window_begins(limits.per) + rls.window_length(limits.per))
        ),
        hint = format(
          'Ask for fewer rows at a time, for the right to export %s, or for `rowlock budget reset %s %s`.',
          wanted_entity, rls.caller(), wanted_entity
        );
  end if;
  return true;
end
$$;
