-- Make department_closure equal to the tree of departments; refuse a department under itself.
create or replace function rls.refresh_closure()
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
begin
  perform rls.refresh_closure_of(
    array(
      select department.id
      from {organisation}.department
      union
      select closure.descendant_id
      from {organisation}.department_closure as closure
    )
  );
end
$$;
