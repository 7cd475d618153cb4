-- Whether a database role is that of everyone, a department, the tree below one, or a group.
create or replace function rls.is_principal(prefix text, role name)
  returns boolean
  language sql
  immutable
  parallel safe
return role ~ ('^' || prefix || '(everyone|department_[0-9]+(_tree)?|(project_)?group_[0-9]+)$');
