-- The login of a pool that is none any more loses what made it one.
create or replace function rls.forget_pool()
  returns trigger
  language plpgsql
  volatile
  set search_path = pg_catalog, pg_temp
as $$
declare
  change record;
begin
  for change in
    select grantor.rolname as grantor, pg_catalog.string_agg(pg_catalog.quote_ident(role.rolname), ', ') as roles
    from pg_catalog.pg_auth_members as edge
    join pg_catalog.pg_roles as login on login.oid = edge.member
    join pg_catalog.pg_roles as role on role.oid = edge.roleid
    left join pg_catalog.pg_roles as grantor on grantor.oid = edge.grantor
    where login.rolname = old.login and exists (select from rls.reach where reach.login = role.rolname)
    group by grantor.rolname
  loop
    execute pg_catalog.format('revoke %s from %I', change.roles, old.login)
      || case
        when pg_catalog.current_setting('server_version_num')::int >= 160000
          then pg_catalog.format(' granted by %I cascade', change.grantor)
        else ''
      end;
  end loop;
  return null;
end
$$;
