-- The cells of an entity the caller may read at least as far as a level, by whatever role.
create or replace function rls.readable(wanted_entity text, wanted_level text)
  returns text[]
  language plpgsql
  stable
  security definer
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
begin
  return rls.cells_at(wanted_entity, 'read', wanted_level);
end
$$;
