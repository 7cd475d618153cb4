-- The limits that stand on the database roles of the definition and on that of everyone, as they are written there.
select
  coalesce(known.name, 'everyone') as role,
  nullif(role.rolconnlimit, -1) as connections,
  (
    select jsonb_object_agg(split_part(entry.text, '=', 1), split_part(entry.text, '=', 2))
    from pg_catalog.pg_db_role_setting as setting
    cross join unnest(setting.setconfig) as entry (text)
    where setting.setrole = role.oid and setting.setdatabase = 0
  ) as settings
from pg_catalog.pg_roles as role
left join rls.role as known on known.database_role = role.rolname
where role.rolname = %(everyone)s or known.name is not null
order by role.rolname <> %(everyone)s, role.rolname
