-- The cells where the caller's role counts: the caller holds it now, and no explicit level of another role overrules it.
create or replace function rls.counted(wanted_role text, wanted_entity text, wanted_operation text)
  returns text[]
  language plpgsql
  stable
  security definer
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
declare
  held constant text[] := rls.held_roles();
begin
  return coalesce(
    (
      select pg_catalog.array_agg(permission.cell)
      from rls.permission
      where
        permission.role = wanted_role
        and wanted_role = any (held)
        and permission.entity = wanted_entity
        and permission.operation = wanted_operation
        and (permission.explicit or not rls.has_explicit(held, wanted_entity, wanted_operation, permission.cell))
    ),
    array[]::text[]
  );
end
$$;
