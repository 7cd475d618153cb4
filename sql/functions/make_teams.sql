-- Make the teams that people have become, and fill them.  By indexes: of many teams each would else read all members.
create or replace function rls.make_teams(people int[])
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set enable_hashjoin = off
  set enable_mergejoin = off
  set jit = off
as $$
declare
  made record;
begin
  for made in
    insert into rls.team (
      departments,
      person_id,
      department_reached,
      subtree_reached,
      department_wide,
      subtree_wide,
      department_keys,
      subtree_keys
    )
    select distinct
      reach.departments,
      alone.id,
      alone.reached,
      alone.reached,
      false,
      false,
      alone.keys,
      alone.keys
    from rls.desired_reach as reach
    cross join lateral (
      select
        case when reach.departments is null then reach.person_id end as id,
        case when reach.departments is null then reach.mine else '{{}}' end as reached,
        case when reach.departments is null then array_remove(array[reach.person_key], null) else '{{}}' end as keys
    ) as alone
    where
      reach.person_id = any (people)
      and not exists (select from rls.team as present where present.departments = reach.departments)
      and not exists (select from rls.team as present where present.person_id = alone.id)
    returning team.id, team.departments
  loop
    continue when made.departments is null;
    perform
      rls.change_owners(made.id, 'department', array_agg(found.person_id) filter (where found.depth = 0), null),
      rls.change_owners(made.id, 'subtree', array_agg(found.person_id), null)
    from (
      select member.person_id, min(closure.depth) as depth
      from {organisation}.department_closure as closure
      join {organisation}.department_member as member on member.department_id = closure.descendant_id
      where closure.ancestor_id = any (made.departments)
      group by member.person_id
    ) as found;
  end loop;
end
$$;
