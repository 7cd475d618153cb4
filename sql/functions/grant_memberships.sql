-- Grant or revoke memberships in our database roles, drift being 'missing' or 'extra'; the three lists belong together.
create or replace function rls.grant_memberships(roles name[], members name[], drifts text[])
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
  change record;
begin
  -- 'extra' comes before 'missing': what was granted in another way is revoked first, then granted in ours.
  for change in
    select
      changes.drift,
      changes.role,
      pg_catalog.string_agg(pg_catalog.quote_ident(changes.member), ', ') as members
    from unnest(roles, members, drifts) as changes (role, member, drift)
    group by changes.drift, changes.role
    order by changes.drift, changes.role
  loop
    if change.drift = 'extra' then
      execute pg_catalog.format('revoke %I from %s', change.role, change.members);
    else
      execute pg_catalog.format('grant %I to %s', change.role, change.members) || options;
    end if;
  end loop;
  if found then
    perform rls.invalidate_plans();
  end if;
end
$$;
