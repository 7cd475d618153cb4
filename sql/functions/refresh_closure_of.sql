-- Make department_closure right where departments came, went or moved; refuse one that would be below itself.  Returns the
-- pairs that are new or gone; a department above another one is nothing new to those below both.
create or replace function rls.refresh_closure_of(changed int[])
  returns table (ancestor_id int, descendant_id int, gained boolean)
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  moved constant int[] := array(
    select closure.descendant_id
    from {organisation}.department_closure as closure
    where closure.ancestor_id = any (changed)
    union
    select unnest(changed)
  );
  circular text;
begin
  with recursive walk (ancestor_id, descendant_id) as (
    select department.id, department.id
    from {organisation}.department
    where department.id = any (changed)
    union all
    select department.parent_id, walk.descendant_id
    from walk
    join {organisation}.department on department.id = walk.ancestor_id
    where department.parent_id is not null
  ) cycle ancestor_id set is_cycle using path
  select department.name into circular
  from walk
  join {organisation}.department on department.id = walk.descendant_id
  where walk.is_cycle
  order by department.id
  limit 1;
  if found then
    raise exception 'department "%" would be below itself', circular using errcode = 'check_violation';
  end if;

  return query
  with recursive
  walk (ancestor, descendant, depth) as (
    select department.id, department.id, 0
    from {organisation}.department
    where department.id = any (moved)
    union all
    select department.parent_id, walk.descendant, walk.depth + 1
    from walk
    join {organisation}.department on department.id = walk.ancestor
    where department.parent_id is not null
  ),
  present as materialized (
    select closure.ancestor_id as ancestor, closure.descendant_id as descendant, closure.depth
    from {organisation}.department_closure as closure
    where closure.descendant_id = any (moved)
  ),
  lost as (
    delete from {organisation}.department_closure as closure
    where
      closure.descendant_id = any (moved)
      and not exists (
        select from walk where walk.ancestor = closure.ancestor_id and walk.descendant = closure.descendant_id
      )
    returning closure.ancestor_id, closure.descendant_id
  ),
  deeper as (
    update {organisation}.department_closure as closure
    set depth = walk.depth
    from walk
    where
      closure.ancestor_id = walk.ancestor
      and closure.descendant_id = walk.descendant
      and closure.depth <> walk.depth
  ),
  found as (
    insert into {organisation}.department_closure as closure (ancestor_id, descendant_id, depth)
    select walk.ancestor, walk.descendant, walk.depth
    from walk
    where not exists (
      select from present where present.ancestor = walk.ancestor and present.descendant = walk.descendant
    )
    returning closure.ancestor_id, closure.descendant_id
  )
  select lost.ancestor_id, lost.descendant_id, false
  from lost
  union all
  select found.ancestor_id, found.descendant_id, true
  from found;
end
$$;
