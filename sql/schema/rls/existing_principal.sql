create view rls.existing_principal as
with prefix as (
  select (select installation.prefix from rls.installation) as prefix
)
select role.rolname as role, role.rolname = rls.principal_role(prefix.prefix, 'everyone', 0) as permanent
from prefix
join pg_catalog.pg_roles as role on starts_with(role.rolname::text, prefix.prefix)
where rls.is_principal(prefix.prefix, role.rolname);

comment on view rls.existing_principal is 'The database roles of everyone, departments and groups';
comment on column rls.existing_principal.permanent is 'Whether the role stays when nothing is assigned to it';
