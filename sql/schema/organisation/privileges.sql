-- What the functions of schema rls read and keep.
grant select on
  {organisation}.person,
  {organisation}.department,
  {organisation}.department_member,
  {organisation}.department_closure,
  {organisation}.person_group,
  {organisation}.person_group_member,
  {organisation}.project_group,
  {organisation}.project_group_member
to {rls_owner};

grant insert, update, delete on {organisation}.department_closure to {rls_owner};
