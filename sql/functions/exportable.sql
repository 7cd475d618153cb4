-- The cells of an entity the caller may export at least as far as a level, by whatever role.
create or replace function rls.exportable(wanted_entity text, wanted_level text)
  returns text[]
  language plpgsql
  stable
  security definer
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
begin
  return rls.cells_at(wanted_entity, 'export', wanted_level);
end
$$;
