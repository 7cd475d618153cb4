create view rls.closure_drift as
select odd.descendant_id as department_id
from (
  (table rls.desired_closure except table {organisation}.department_closure)
  union all
  (table {organisation}.department_closure except table rls.desired_closure)
) as odd
group by odd.descendant_id;

comment on view rls.closure_drift is 'Departments of which department_closure does not say what is above them';
