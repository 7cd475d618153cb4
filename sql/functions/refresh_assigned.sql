-- Make the memberships right of whom roles are assigned to: two lists of pairs, as in rls.assignment; id 0 is everyone.
create or replace function rls.refresh_assigned(assigned_kinds text[], assigned_ids int[])
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  people int[];
  kinds text[];
  ids int[];
begin
  select
    array_agg(assigned.id) filter (where assigned.kind = 'person'),
    array_agg(assigned.kind) filter (where assigned.kind <> 'person'),
    array_agg(assigned.id) filter (where assigned.kind <> 'person')
  into people, kinds, ids
  from (
    select distinct pair.kind, pair.id
    from unnest(assigned_kinds, assigned_ids) as pair (kind, id)
  ) as assigned;
  -- First the database roles of departments and groups: people assigned beside them may belong to new ones.
  if kinds is not null then
    perform rls.refresh_principals_of(kinds, ids);
  end if;
  if people is not null then
    perform rls.refresh_holdings_of(people, rls.logins_of(people));
  end if;
end
$$;
