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
  return coalesce(
    (
      select pg_catalog.array_agg(distinct permission.cell)
      from rls.permission
      where
        permission.role = any (held)
        and permission.entity = wanted_entity
        and permission.operation = wanted_operation
        and pg_catalog.array_position(levels, permission.level) >= pg_catalog.array_position(levels, wanted_level)
        and (permission.explicit or not rls.has_explicit(held, wanted_entity, wanted_operation, permission.cell))
    ),
    array[]::text[]
  );
end
$$;
