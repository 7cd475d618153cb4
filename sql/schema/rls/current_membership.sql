-- to_jsonb, since inherit_option and set_option exist from PostgreSQL 16 on only, where grants also belong to their grantor.
create view rls.current_membership as
select
  role.rolname as role,
  member.rolname as member,
  grantor.rolname as grantor,
  (
    not membership.admin_option
    and coalesce((options.value ->> 'inherit_option')::boolean, true)
    and not coalesce((options.value ->> 'set_option')::boolean, false)
    and (not options.value ? 'set_option' or membership.grantor = rls.nspowner)
  ) as sound,
  options.value ? 'set_option' and membership.grantor <> rls.nspowner as foreign_grantor
from pg_catalog.pg_auth_members as membership
join pg_catalog.pg_roles as role on role.oid = membership.roleid
join pg_catalog.pg_roles as member on member.oid = membership.member
left join pg_catalog.pg_roles as grantor on grantor.oid = membership.grantor
join pg_catalog.pg_namespace as rls on rls.nspname = 'rls'
cross join lateral (select to_jsonb(membership)) as options (value)
where
  membership.member <> rls.nspowner
  and (
    role.rolname in (select ours.database_role from rls.role as ours)
    or role.rolname in (select principal.role from rls.existing_principal as principal)
  );

comment on view rls.current_membership is 'The memberships in the database roles of this installation';
comment on column rls.current_membership.sound is 'Whether it was granted as refresh_memberships() grants';
comment on column rls.current_membership.foreign_grantor is 'Granted by somebody else: only who could grant it can take it away (PostgreSQL 16 and above)';
