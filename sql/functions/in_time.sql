-- Whether one of the caller's assignments to the role is within its time, by the clock: the time of the transaction
-- would let whoever keeps one open stay in a role that has ended.
create or replace function rls.in_time(wanted text)
  returns boolean
  language plpgsql
  stable
  security definer
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
declare
  caller_id constant int := (
    select person.id
    from {organisation}.person
    where person.login = rls.caller() and person.is_active
  );
begin
  return exists (
    select
    from rls.assignment
    where
      assignment.role = wanted
      and caller_id is not null
      and (assignment.valid_from is null or assignment.valid_from <= pg_catalog.clock_timestamp())
      and (assignment.valid_until is null or pg_catalog.clock_timestamp() < assignment.valid_until)
      and case assignment.principal_kind
        when 'everyone' then true
        when 'person' then assignment.principal_id = caller_id
        when 'department' then exists (
          select
          from {organisation}.department_member as member
          where member.department_id = assignment.principal_id and member.person_id = caller_id
        )
        when 'subdepartments' then exists (
          select
          from {organisation}.department_member as member
          join {organisation}.department_closure as closure on closure.descendant_id = member.department_id
          where closure.ancestor_id = assignment.principal_id and member.person_id = caller_id
        )
        when 'group' then exists (
          select
          from {organisation}.person_group_member as member
          where member.person_group_id = assignment.principal_id and member.person_id = caller_id
        )
        when 'project_group' then exists (
          select
          from {organisation}.project_group_member as member
          where member.project_group_id = assignment.principal_id and member.person_id = caller_id
        )
        else false
      end
  );
end
$$;
