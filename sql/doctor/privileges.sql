-- Privileges on tables under rights that no definition gives.
, held as (
  select class.oid, class.relowner, entry.grantee, entry.privilege_type, entry.is_grantable, null::text as column_name
  from managed
  join pg_catalog.pg_class as class on class.oid = managed.oid
  cross join pg_catalog.aclexplode(class.relacl) as entry
  union all
  select class.oid, class.relowner, entry.grantee, entry.privilege_type, entry.is_grantable, attribute.attname::text
  from managed
  join pg_catalog.pg_class as class on class.oid = managed.oid
  join pg_catalog.pg_attribute as attribute on attribute.attrelid = class.oid
  cross join pg_catalog.aclexplode(attribute.attacl) as entry
  where not attribute.attisdropped
),
judged as (
  select
    held.*,
    coalesce(role.rolname::text, 'everybody') as who,
    coalesce(pg_catalog.quote_ident(role.rolname), 'public') as quoted,
    held.grantee <> 0 and held.grantee not in (select insider.oid from insider) as is_outside,
    case
      when held.grantee = 0 then 'everybody has it'
      when held.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN') then 'no policy holds for it'
      when held.is_grantable then 'may be handed on (GRANT OPTION)'
      when held.grantee not in (select ours.oid from ours) then 'a person or a pool has it by name'
      when held.privilege_type <> 'DELETE' and held.column_name is null then 'holds for columns made later, too'
    end as wrong
  from held
  left join pg_catalog.pg_roles as role on role.oid = held.grantee
  where
    held.grantee <> held.relowner
    and (
      held.grantee = 0
      or held.grantee in (select insider.oid from insider)
      or (
        held.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')
        and not role.rolsuper
        and role.rolname <> %(rls_owner)s
        and role.oid <> (select database.datdba from database)
      )
    )
)
select
  managed.nspname || '.' || managed.relname as object,
  lower(judged.privilege_type) || coalesce(' (' || string_agg(judged.column_name, ', ' order by judged.column_name) || ')', '')
    || ' for ' || judged.who || ': ' || judged.wrong as what,
  pg_catalog.format(
    'revoke %%s%%s%%s on %%I.%%I from %%s cascade',
    case when judged.wrong like 'may be handed on%%' then 'grant option for ' else '' end,
    lower(judged.privilege_type),
    coalesce(' (' || string_agg(pg_catalog.quote_ident(judged.column_name), ', ' order by judged.column_name) || ')', ''),
    managed.nspname,
    managed.relname,
    judged.quoted
  ) as statement,
  case when judged.wrong like 'holds for columns%%' or judged.is_outside then 'warning' else 'error' end as severity
from judged
join managed on managed.oid = judged.oid
where judged.wrong is not null
group by
  managed.nspname,
  managed.relname,
  judged.privilege_type,
  judged.who,
  judged.quoted,
  judged.wrong,
  judged.is_outside,
  judged.column_name is null
