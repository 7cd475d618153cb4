-- Make the members of our database roles equal to organisation and assignments, principals' roles included.
create or replace function rls.refresh_memberships()
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  options constant text := case
    when pg_catalog.current_setting('server_version_num')::int >= 160000 then ' with inherit true, set false'
    else ''
  end;
  principal name;
  change record;
  revoked name[] := array[]::name[];
begin
  if options <> '' then
    -- Whoever changes the organisation may have set it; the new roles are not to be ours to become.
    perform pg_catalog.set_config('createrole_self_grant', '', true);
  end if;
  for principal in
    select desired.role
    from rls.desired_principal as desired
    where desired.role not in (select existing.role from rls.existing_principal as existing)
    order by desired.role
  loop
    execute pg_catalog.format('create role %I nologin', principal);
  end loop;

  -- 'extra' comes before 'missing': what was granted in another way is revoked first, then granted in ours.
  for change in
    select
      changes.drift,
      changes.role,
      pg_catalog.string_agg(pg_catalog.quote_ident(changes.member), ', ') as members
    from rls.membership_changes() as changes
    where not changes.foreign_grantor
    group by changes.drift, changes.role
    order by changes.drift, changes.role
  loop
    if change.drift = 'extra' then
      execute pg_catalog.format('revoke %I from %s', change.role, change.members);
      revoked := revoked || change.role;
    else
      execute pg_catalog.format('grant %I to %s', change.role, change.members) || options;
    end if;
  end loop;

  perform rls.invalidate_plans(revoked);

  for principal in
    select existing.role
    from rls.existing_principal as existing
    where not existing.permanent and existing.role not in (select desired.role from rls.desired_principal as desired)
    order by existing.role
  loop
    begin
      execute pg_catalog.format('drop role %I', principal);
    exception
      -- Somebody granted it something of their own; without members it does no harm.
      when dependent_objects_still_exist then null;
    end;
  end loop;
end
$$;
