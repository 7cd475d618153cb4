-- The sequence that counts what the caller reads or creates of an entity; null for who exports (rls.allowance).
create or replace function rls.counter_of(wanted_entity text, wanted_kind text)
  returns regclass
  language plpgsql
  stable
  security definer
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
begin
  if wanted_kind = 'read' and coalesce(current_setting('rowlock.export', true), '') <> '' then
    return null;
  end if;
  return (
    select counter.sequence
    from rls.counter
    where counter.login = rls.caller() and counter.entity = wanted_entity and counter.kind = wanted_kind
  );
end
$$;
