-- The last number the caller's counter of an entity may come to in the present window; begins the window where nobody has.
-- Called by policies and by what creates, once a statement.  What setval() did is not undone, so neither rollback nor
-- savepoints give anything back; and of two sessions that begin a window only one does, since both would lose counts:
-- the row lock is let go with the inner block, which always fails.
-- Null for who exports, which a setting says: then only what may be exported is read, and nothing is counted.
create or replace function rls.allowance(wanted_entity text, wanted_kind text)
  returns bigint
  language plpgsql
  volatile
  security definer
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
declare
  mine record;
  first bigint;
begin
  if wanted_kind = 'read' and coalesce(current_setting('rowlock.export', true), '') <> '' then
    return null;
  elsif pg_is_in_recovery() then
    raise exception 'rows of % are counted for who may not export them, and a standby cannot count', wanted_entity
      using errcode = 'read_only_sql_transaction',
        hint = format('Read them on the primary, or ask for the right to export %s.', wanted_entity);
  elsif current_setting('transaction_read_only')::boolean then
    raise exception 'rows of % are counted for who may not export them, and a read-only transaction cannot count', wanted_entity
      using errcode = 'read_only_sql_transaction',
        hint = format('Begin a transaction that may write, or ask for the right to export %s.', wanted_entity);
  end if;
  select counter.id, counter.sequence, budget.rows, budget.per, budget.changed
  into mine
  from rls.counter
  join rls.budget on budget.entity = counter.entity and budget.kind = counter.kind
  where counter.login = rls.caller() and counter.entity = wanted_entity and counter.kind = wanted_kind;
  if not found then
    raise exception 'nothing counts what % reads or creates of %', rls.caller(), wanted_entity
      using errcode = 'object_not_in_prerequisite_state', hint = 'Have `rowlock apply` or `rowlock people sync` run.';
  end if;
  first := rls.window_begins(mine.per) * rls.counter_room();
  if rls.counted_rows(mine.sequence, mine.per, mine.changed) is null then
    begin
      perform from rls.counter where counter.id = mine.id for update;
      if rls.counted_rows(mine.sequence, mine.per, mine.changed) is null then
        perform setval(mine.sequence, first);
      end if;
      raise exception using errcode = 'RLBEG';
    exception
      when sqlstate 'RLBEG' then null;
    end;
  end if;
  return first + mine.rows;
end
$$;
