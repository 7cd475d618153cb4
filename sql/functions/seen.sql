-- The cells of an entity in which the caller sees a group of fields at least as far as a level, by whatever role.
create or replace function rls.seen(wanted_entity text, wanted_fields text, wanted_level text)
  returns text[]
  language plpgsql
  stable
  security definer
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
begin
  return rls.cells_at(wanted_entity, 'read ' || wanted_fields, wanted_level);
end
$$;
