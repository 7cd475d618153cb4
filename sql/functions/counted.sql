-- The cells where the caller's role counts: the caller holds it now, and no explicit level of another role overrules it.
-- Each begins with what tells the role's levels from all others, as in the role's function: one that a transaction still
-- has from before the levels changed finds none of its own.
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
  levels constant text := (
    select pg_catalog.string_agg(permission.cell || E'\n' || permission.level || E'\n', '' order by permission.cell collate "C")
    from rls.permission
    where
      permission.role = wanted_role
      and permission.entity = wanted_entity
      and permission.operation = wanted_operation
  );
  version constant text := pg_catalog.left(
    pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(levels, 'UTF8')), 'hex'), 16
  );
begin
  return coalesce(
    (
      select pg_catalog.array_agg(version || ':' || permission.cell)
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
