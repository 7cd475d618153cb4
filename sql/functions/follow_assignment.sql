-- After roles were assigned or taken away: the memberships of whom they are assigned to follow.
create or replace function rls.follow_assignment()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  touched_kinds text[];
  touched_ids int[];
  people int[];
  kinds text[];
  ids int[];
begin
  execute format(
    'select array_agg(touched.principal_kind), array_agg(coalesce(touched.principal_id, 0)) from (%s) as touched',
    rls.touched(tg_op, 'role, principal_kind, principal_id, valid_from, valid_until')
  ) into touched_kinds, touched_ids;
  if touched_kinds is null then
    return null;
  end if;
  perform rls.begin_refresh();
  with touched as materialized (
    select distinct pair.kind, pair.id
    from unnest(touched_kinds, touched_ids) as pair (kind, id)
  ),
  principal as (
    select touched.kind, touched.id
    from touched
    where touched.kind <> 'person'
    union
    select below.kind, coalesce(closure.descendant_id, touched.id)
    from touched
    cross join (values ('department'), ('subdepartments')) as below (kind)
    left join {organisation}.department_closure as closure on closure.ancestor_id = touched.id
    where touched.kind = 'subdepartments'
  )
  select
    array(select touched.id from touched where touched.kind = 'person'),
    array_agg(principal.kind),
    array_agg(principal.id)
  into people, kinds, ids
  from principal;
  -- First the database roles of departments and groups: people assigned beside them may belong to new ones.
  if kinds is not null then
    perform rls.refresh_principals_of(kinds, ids);
  end if;
  if people <> '{{}}' then
    perform rls.refresh_holdings_of(people, rls.logins_of(people));
  end if;
  return null;
end
$$;
