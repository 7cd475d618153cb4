-- Make the memberships of the pools' logins in people's right; null: in everybody's, and in nothing else.  Runs with the rights of its caller:
-- people's logins belong to whoever made them, and what that caller may not grant or revoke stays as drift.
create or replace function rls.refresh_pools_of(logins name[])
  returns void
  language plpgsql
  volatile
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  options constant boolean := pg_catalog.current_setting('server_version_num')::int >= 160000;
  creates_roles constant boolean := (select role.rolcreaterole from pg_catalog.pg_roles as role where role.rolname = current_user);
  change record;
begin
  if not exists (select from rls.pool) then
    return;
  end if;
  -- From then on whoever is granted takes a lock.
  if options and (logins is null or pg_catalog.cardinality(logins) > rls.lock_room()) then
    perform rls.require_locks(count(distinct changes.role))
    from rls.pool_changes_of(logins) as changes
    where changes.drift = 'missing';
  end if;
  for change in
    select
      changes.drift,
      changes.member,
      changes.grantor,
      pg_catalog.string_agg(pg_catalog.quote_ident(changes.role), ', ') as roles
    from rls.pool_changes_of(logins) as changes
    where
      (not options and creates_roles)
      or pg_catalog.pg_has_role(current_user, changes.role, 'member with admin option')
    group by changes.drift, changes.member, changes.grantor
    order by changes.drift, changes.member, changes.grantor
  loop
    if change.drift = 'missing' then
      execute pg_catalog.format('grant %s to %I', change.roles, change.member)
        || case when options then ' with inherit false, set true' else '' end;
    elsif not options then
      execute pg_catalog.format('revoke %s from %I', change.roles, change.member);
    elsif pg_catalog.pg_has_role(current_user, change.grantor, 'usage') then
      execute pg_catalog.format('revoke %s from %I granted by %I cascade', change.roles, change.member, change.grantor);
    end if;
  end loop;
end
$$;
