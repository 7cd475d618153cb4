-- Have every session plan anew what calls a predicate of a CRM role that is reached through one of the given roles.
-- PostgreSQL itself does not when a membership goes (CVE-2026-14666), and altering the functions needs no table lock.
-- Reading views have the caller's roles as a constant, which somebody may have gained, too.
create or replace function rls.invalidate_plans(revoked name[])
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  statement text;
begin
  for statement in
    with recursive reached (oid) as (
      select role.oid
      from pg_catalog.pg_roles as role
      where role.rolname = any (revoked)
      union
      select membership.roleid
      from reached
      join pg_catalog.pg_auth_members as membership on membership.member = reached.oid
    )
    select
      pg_catalog.format(
        'alter function %s %s',
        predicate.oid::regprocedure,
        case predicate.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end
      )
    from reached
    join pg_catalog.pg_roles as role on role.oid = reached.oid
    join rls.role as ours on ours.database_role = role.rolname
    join pg_catalog.pg_namespace as rls on rls.nspname = 'rls'
    join pg_catalog.pg_proc as predicate
      on predicate.pronamespace = rls.oid
      and predicate.proowner = rls.nspowner
      and predicate.proname in (ours.name || '_reads', ours.name || '_creates', ours.name || '_updates', ours.name || '_deletes')
  loop
    execute statement;
  end loop;
  if pg_catalog.to_regprocedure('rls.roles()') is not null then
    alter function rls.roles() stable;
  end if;
end
$$;
