-- The cells of an entity the caller may export at least as far as a level, by whatever role.
create or replace function rls.exportable(wanted_entity text, wanted_level text)
  returns text[]
  language plpgsql
  stable
  security definer
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
        and permission.operation = 'export'
        and pg_catalog.array_position(levels, permission.level) >= pg_catalog.array_position(levels, wanted_level)
        and (permission.explicit or not rls.has_explicit(held, wanted_entity, 'export', permission.cell))
    ),
    array[]::text[]
  );
end
$$;
