-- How many rows a sequence has counted in the present window.  Null: it has not begun to count in this window.
-- A number from the future was made by a clock that was put back, or by its owner, who can call nextval(): it stays,
-- unless windows had another length until a moment ago.
create or replace function rls.counted_rows(sequence regclass, per text, changed timestamptz)
  returns bigint
  language plpgsql
  volatile
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
declare
  first constant bigint := rls.window_begins(per) * rls.counter_room();
  last constant bigint := pg_sequence_last_value(sequence);
begin
  if last < first then
    return null;
  elsif last - first >= rls.counter_room() and last < extract(epoch from changed)::bigint * rls.counter_room() then
    return null;
  end if;
  return last - first;
end
$$;
