-- Tables under rights, and their schemas, that belong to a person or to one of our roles: an owner may switch row security off.
, with_owner as (
  select
    'table' as kind,
    pg_catalog.format('%%s.%%s', managed.nspname, managed.relname) as object,
    pg_catalog.format('%%I.%%I', managed.nspname, managed.relname) as quoted,
    class.relowner as owner
  from managed
  join pg_catalog.pg_class as class on class.oid = managed.oid
  union all
  select 'schema', namespace.nspname::text, pg_catalog.quote_ident(namespace.nspname), namespace.nspowner
  from managed_schema as namespace
)
select
  'owner' as kind,
  'error' as severity,
  with_owner.kind || ' ' || with_owner.object as object,
  'belongs to ' || pg_catalog.pg_get_userbyid(with_owner.owner) as what,
  pg_catalog.format(
    'alter %%s %%s owner to %%I', with_owner.kind, with_owner.quoted, pg_catalog.pg_get_userbyid(database.datdba)
  ) as statement
from with_owner
join pg_catalog.pg_database as database on database.datname = current_database()
where with_owner.owner in (select reacher.oid from reacher) and with_owner.object <> all (%(placed)s::text[])
