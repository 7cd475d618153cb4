create view rls.existing_principal as
with prefix as (
  select (select installation.prefix from rls.installation) as prefix
)
select role.rolname as role, role.rolname = (prefix.prefix || 'everyone')::name as permanent
from prefix
join pg_catalog.pg_roles as role on starts_with(role.rolname::text, prefix.prefix)
where role.rolname ~ ('^' || prefix.prefix || '(everyone|department_[0-9]+(_tree)?|(project_)?group_[0-9]+)$');

comment on view rls.existing_principal is 'The database roles of everyone, departments and groups';
comment on column rls.existing_principal.permanent is 'Whether the role stays when nothing is assigned to it';
