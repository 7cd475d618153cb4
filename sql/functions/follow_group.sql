-- After groups came or went: their database roles follow.
create or replace function rls.follow_group()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  kind constant text := case tg_table_name when 'person_group' then 'group' else tg_table_name end;
  groups int[];
begin
  execute format('select array_agg(distinct touched.id) from (%s) as touched', rls.touched(tg_op, 'id')) into groups;
  if groups is null then
    return null;
  end if;
  perform rls.begin_refresh();
  perform rls.refresh_principals_of(array_fill(kind, array[cardinality(groups)]), groups);
  return null;
end
$$;
