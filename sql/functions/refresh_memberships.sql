-- Make the members of our database roles equal to organisation and assignments, principals' roles included.
create or replace function rls.refresh_memberships()
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  options constant text := case
    when pg_catalog.current_setting('server_version_num')::int >= 160000 then ' with inherit true, set false'
    else ''
  end;
  principal name;
  edges record;
  revoked name[] := array[]::name[];
begin
  for principal in
    select desired.role
    from rls.desired_principal as desired
    where desired.role not in (select existing.role from rls.existing_principal as existing)
    order by desired.role
  loop
    execute pg_catalog.format('create role %I nologin', principal);
  end loop;

  for edges in
    select current.role, pg_catalog.string_agg(distinct pg_catalog.quote_ident(current.member), ', ') as members
    from rls.current_membership as current
    where
      not current.foreign_grantor
      and (
        not current.sound
        or (current.role, current.member) not in (select desired.role, desired.member from rls.desired_membership as desired)
      )
    group by current.role
    order by current.role
  loop
    execute pg_catalog.format('revoke %I from %s', edges.role, edges.members);
    revoked := revoked || edges.role;
  end loop;

  for edges in
    select desired.role, pg_catalog.string_agg(pg_catalog.quote_ident(desired.member), ', ') as members
    from rls.desired_membership as desired
    where (desired.role, desired.member) not in (
      select current.role, current.member from rls.current_membership as current where current.sound
    )
    group by desired.role
    order by desired.role
  loop
    execute pg_catalog.format('grant %I to %s', edges.role, edges.members) || options;
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
