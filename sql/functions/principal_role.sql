-- The database role of everyone (id 0), a department, the tree below one, or a group.
create or replace function rls.principal_role(prefix text, kind text, id int)
  returns name
  language sql
  immutable
  parallel safe
return (
  prefix
  || case kind
    when 'everyone' then 'everyone'
    when 'subdepartments' then 'department_' || id::text || '_tree'
    else kind || '_' || id::text
  end
)::name;
