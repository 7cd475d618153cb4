-- The cells of an entity in which the caller's roles have an operation at least at a level.
create or replace function rls.cells_at(wanted_entity text, wanted_operation text, wanted_level text)
  returns text[]
  language plpgsql
  stable
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
declare
  held constant text[] := rls.held_roles();
  levels constant text[] := array['none', 'own', 'department', 'subdepartments', 'open', 'all'];
begin
  return array(
    select distinct effective.cell
    from rls.effective(held, wanted_entity, wanted_operation)
    where array_position(levels, effective.level) >= array_position(levels, wanted_level)
  );
end
$$;
