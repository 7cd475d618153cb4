-- After departments came, went or moved: what is below what, the teams of those above, and the departments' roles follow.
-- Of a team that lost a department everybody is looked at: the same statement may have taken people out of it.
create or replace function rls.follow_department()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  changed int[];
  departments int[];
  people int[];
  holders int[];
begin
  execute format(
    'select array_agg(distinct touched.id) from (%s) as touched', rls.touched(tg_op, 'id, parent_id')
  ) into changed;
  if changed is null then
    return null;
  end if;
  perform rls.begin_refresh();
  with
  pair as materialized (
    select found.ancestor_id, found.descendant_id, found.gained
    from rls.refresh_closure_of(changed) as found
  ),
  asked as (
    select pair.ancestor_id, member.person_id
    from pair
    join {organisation}.department_member as member on member.department_id = pair.descendant_id
    where pair.gained
    union
    select lost.ancestor_id, owner.id
    from (select distinct pair.ancestor_id from pair where not pair.gained) as lost
    join rls.team on team.departments @> array[lost.ancestor_id]
    cross join lateral unnest(team.subtree_owners) as owner (id)
  )
  select
    array_agg(asked.ancestor_id),
    array_agg(asked.person_id),
    array(
      select distinct member.person_id
      from pair
      join {organisation}.department_member as member on member.department_id = pair.descendant_id
      where
        exists (
          select
          from rls.due_assignment as due
          where due.kind = 'subdepartments' and due.id = pair.ancestor_id
        )
    )
  into departments, people, holders
  from asked;
  if people is not null then
    perform rls.refresh_teams_of(departments, people);
    perform rls.invalidate_reach();
  end if;
  perform rls.refresh_principals_of(array_agg(kind.name), array_agg(department.id))
  from unnest(changed) as department (id)
  cross join (values ('department'), ('subdepartments')) as kind (name);
  if holders <> '{{}}' then
    perform rls.refresh_holdings_of(holders, rls.logins_of(holders));
  end if;
  return null;
end
$$;
