-- What PUBLIC has and nobody needs, as GRANT and REVOKE call it; what only a superuser can take is last.
-- Objects of one's own are what attacks begin with; these counters tell which hidden rows a statement went through.
select 1 as position, lower(acl.privilege_type) || ' on database ' || quote_ident(database.datname) as privilege
from pg_catalog.pg_database as database
cross join pg_catalog.aclexplode(coalesce(database.datacl, pg_catalog.acldefault('d', database.datdba))) as acl
where database.datname = current_database() and acl.grantee = 0 and acl.privilege_type <> 'CONNECT'
union all
select 2, 'create on schema public'
from pg_catalog.pg_namespace as namespace
cross join pg_catalog.aclexplode(coalesce(namespace.nspacl, pg_catalog.acldefault('n', namespace.nspowner))) as acl
where namespace.nspname = 'public' and acl.grantee = 0 and acl.privilege_type = 'CREATE'
union all
select 3, 'usage on language ' || quote_ident(language.lanname)
from pg_catalog.pg_language as language
cross join pg_catalog.aclexplode(coalesce(language.lanacl, pg_catalog.acldefault('l', language.lanowner))) as acl
where
  language.lanpltrusted
  and acl.grantee = 0
  and (select role.rolsuper from pg_catalog.pg_roles as role where role.rolname = current_user)
union all
select 4, 'execute on function ' || proc.oid::regprocedure
from pg_catalog.pg_proc as proc
cross join pg_catalog.aclexplode(coalesce(proc.proacl, pg_catalog.acldefault('f', proc.proowner))) as acl
where
  proc.pronamespace = 'pg_catalog'::regnamespace
  and proc.proname ~ ('^pg_stat_get_(xact_.*|numscans|lastscan|(db_)?(tuples|blocks)_.*|(live|dead)_tuples|mod_since_analyze'
    || '|ins_since_vacuum|function_.*|io|backend_io)$')
  and acl.grantee = 0
  and (select role.rolsuper from pg_catalog.pg_roles as role where role.rolname = current_user)
order by 1, 2
