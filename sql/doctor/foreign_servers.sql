-- Foreign servers and wrappers people may use, and mappings that hold for everybody.
select
  'foreign server ' || server.srvname as object,
  'may be used by ' || coalesce(insider.rolname::text, 'everybody') as what,
  pg_catalog.format(
    'revoke all on foreign server %%I from %%s cascade', server.srvname, coalesce(pg_catalog.quote_ident(insider.rolname), 'public')
  ) as statement
from pg_catalog.pg_foreign_server as server
cross join pg_catalog.aclexplode(server.srvacl) as entry
left join insider on insider.oid = entry.grantee
where entry.grantee = 0 or insider.oid is not null
union all
select
  'foreign-data wrapper ' || wrapper.fdwname,
  'may be used by ' || coalesce(insider.rolname::text, 'everybody'),
  pg_catalog.format(
    'revoke all on foreign data wrapper %%I from %%s cascade',
    wrapper.fdwname,
    coalesce(pg_catalog.quote_ident(insider.rolname), 'public')
  )
from pg_catalog.pg_foreign_data_wrapper as wrapper
cross join pg_catalog.aclexplode(wrapper.fdwacl) as entry
left join insider on insider.oid = entry.grantee
where entry.grantee = 0 or insider.oid is not null
union all
select
  'foreign server ' || mapping.srvname,
  'logs everybody in as one user there',
  pg_catalog.format('drop user mapping for public server %%I', mapping.srvname)
from pg_catalog.pg_user_mappings as mapping
where mapping.umuser = 0
