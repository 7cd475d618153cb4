-- Make department_closure equal to the tree of departments; refuse a department under itself.
create or replace function rls.refresh_closure()
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  circular text;
begin
  with recursive walk (ancestor_id, descendant_id) as (
    select department.id, department.id
    from {organisation}.department
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

  with recursive walk (ancestor_id, descendant_id, depth) as (
    select department.id, department.id, 0
    from {organisation}.department
    union all
    select department.parent_id, walk.descendant_id, walk.depth + 1
    from walk
    join {organisation}.department on department.id = walk.ancestor_id
    where department.parent_id is not null
  ),
  removed as (
    delete from {organisation}.department_closure as closure
    where not exists (
      select
      from walk
      where (walk.ancestor_id, walk.descendant_id, walk.depth)
        = (closure.ancestor_id, closure.descendant_id, closure.depth)
    )
  )
  insert into {organisation}.department_closure as closure (ancestor_id, descendant_id, depth)
  select walk.ancestor_id, walk.descendant_id, walk.depth
  from walk
  where not exists (
    select
    from {organisation}.department_closure as present
    where (present.ancestor_id, present.descendant_id, present.depth)
      = (walk.ancestor_id, walk.descendant_id, walk.depth)
  )
  on conflict (ancestor_id, descendant_id) do update set depth = excluded.depth;
end
$$;
