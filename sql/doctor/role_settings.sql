-- What a database or a role sets for itself.
select
  coalesce(role.rolname::text, 'database ' || (select database.datname from database)) as object,
  'has ' || entry.setting || ' set to ' || coalesce(nullif(entry.value, ''), 'nothing') || ': '
    || coalesce(risky.what, 'takes another role when it logs in') as what,
  case
    when role.oid is null then pg_catalog.format('alter database %%I reset %%s', (select database.datname from database), entry.setting)
    when settings.setdatabase = 0 then pg_catalog.format('alter role %%I reset %%s', role.rolname, entry.setting)
    else
      pg_catalog.format(
        'alter role %%I in database %%I reset %%s', role.rolname, (select database.datname from database), entry.setting
      )
  end as statement,
  coalesce(risky.severity, 'warning') as severity
from pg_catalog.pg_db_role_setting as settings
left join pg_catalog.pg_roles as role on role.oid = settings.setrole
cross join lateral (
  select
    pg_catalog.split_part(item.text, '=', 1) as setting,
    pg_catalog.substr(item.text, pg_catalog.strpos(item.text, '=') + 1) as value
  from unnest(settings.setconfig) as item (text)
) as entry
left join risky on risky.setting = entry.setting
where
  settings.setdatabase in (0, (select database.oid from database))
  and (settings.setrole = 0 and settings.setdatabase <> 0 or role.oid in (select insider.oid from insider))
  and (entry.value ~ risky.bad or entry.setting in ('role', 'session_authorization'))
