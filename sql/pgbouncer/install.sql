-- What PgBouncer asks for the password of whoever connects.  Run by a superuser, who alone can give the columns of
-- pg_authid; the role that has them owns this one function, and logs in nowhere.
create schema rls_pgbouncer authorization {reader};

comment on schema rls_pgbouncer is 'Rowlock: what PgBouncer asks for passwords of people';

grant select (rolname, rolpassword, rolcanlogin, rolvaliduntil, rolsuper, rolbypassrls, rolreplication, rolcreaterole, rolcreatedb)
  on pg_catalog.pg_authid to {reader};

create view rls_pgbouncer.person as
select reach.login
from rls.reach;

comment on view rls_pgbouncer.person is 'The logins of active people';

alter view rls_pgbouncer.person owner to {rls_owner};

grant usage on schema rls_pgbouncer to {rls_owner}, {login};

grant select on rls_pgbouncer.person to {reader};

create function rls_pgbouncer.password(wanted text)
  returns table (login name, verifier text)
  language sql
  stable
  security definer
  set search_path = pg_catalog, pg_temp
as $$
select role.rolname, role.rolpassword
from pg_catalog.pg_authid as role
join rls_pgbouncer.person on person.login = role.rolname
where
  role.rolname = wanted::name
  and role.rolname::text = wanted
  and role.rolcanlogin
  and not (role.rolsuper or role.rolbypassrls or role.rolreplication or role.rolcreaterole or role.rolcreatedb)
  and (role.rolvaliduntil is null or role.rolvaliduntil > pg_catalog.now())
  and role.rolpassword like 'SCRAM-SHA-256$%'
$$;

comment on function rls_pgbouncer.password(text) is 'The SCRAM verifier of an active person; of nobody else';

alter function rls_pgbouncer.password(text) owner to {reader};

revoke all on function rls_pgbouncer.password(text) from public;

grant execute on function rls_pgbouncer.password(text) to {login};

grant connect on database {database} to {login};
