-- Make the members of our database roles equal to organisation and assignments, principals' roles included.
create or replace function rls.refresh_memberships()
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
begin
  perform rls.make_principals(
    array(
      select desired.role
      from rls.desired_principal as desired
      where desired.role not in (select existing.role from rls.existing_principal as existing)
      order by desired.role
    )
  );

  perform rls.drop_principals(
    array(
      select existing.role
      from rls.existing_principal as existing
      where not existing.permanent and existing.role not in (select desired.role from rls.desired_principal as desired)
      order by existing.role
    )
  );

  perform rls.grant_memberships(array_agg(changes.role), array_agg(changes.member), array_agg(changes.drift))
  from rls.membership_changes() as changes
  where not changes.foreign_grantor;
end
$$;
