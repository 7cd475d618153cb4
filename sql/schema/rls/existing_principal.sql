create view rls.existing_principal as
select role.rolname as role, role.rolname = (installation.prefix || 'everyone')::name as permanent
from rls.installation
join pg_catalog.pg_roles as role
  on role.rolname ~ ('^' || installation.prefix || '(everyone|department_[0-9]+(_tree)?|(project_)?group_[0-9]+)$');

comment on view rls.existing_principal is 'The database roles of everyone, departments and groups';
comment on column rls.existing_principal.permanent is 'Whether the role stays when nothing is assigned to it';
