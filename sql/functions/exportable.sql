-- The cells of an entity the caller exports, by whatever role, each behind every level up to theirs: 'own deal:*/*'.
-- Keys of an object: they are found by halves, and jsonb ? null is null, also where there are none.
create or replace function rls.exportable(wanted_entity text)
  returns jsonb
  language plpgsql
  stable
  security definer
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
declare
  held constant text[] := rls.held_roles();
  levels constant text[] := array['own', 'department', 'subdepartments', 'open', 'all'];
begin
  return coalesce(
    (
      select jsonb_object_agg(narrower.level || ' ' || effective.cell, true)
      from rls.effective(held, wanted_entity, 'export')
      cross join unnest(levels[:array_position(levels, effective.level)]) as narrower (level)
    ),
    jsonb_build_object()
  );
end
$$;
