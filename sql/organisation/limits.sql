-- What every active person's login should be limited to, and is; null: not limited.
-- Limits stand on the database roles of the definition, and on that of everyone, which counts where no other says any.
with
timeout as (
  select setting.setrole as oid, split_part(entry.text, '=', 1) as name, split_part(entry.text, '=', 2) as text
  from pg_catalog.pg_db_role_setting as setting
  cross join unnest(setting.setconfig) as entry (text)
  where setting.setdatabase = 0
),
limitation as (
  select role.oid, 'connections' as name, role.rolconnlimit::numeric as value
  from pg_catalog.pg_roles as role
  where role.rolconnlimit >= 0
  union all
  select
    timeout.oid,
    timeout.name,
    -- Nought is no limit, which is the most generous one.
    coalesce(
      nullif(
        extract(
          epoch from (timeout.text || case when timeout.text ~ '^\d+$' then 'ms' else '' end)::interval
        ) * 1000,
        0
      ),
      'infinity'
    )
  from timeout
  where timeout.name in ('statement_timeout', 'idle_in_transaction_session_timeout')
),
stated as (
  select role.oid, role.rolname = %(everyone)s as base, limitation.name, limitation.value
  from limitation
  join pg_catalog.pg_roles as role on role.oid = limitation.oid
  where
    role.rolname = %(everyone)s
    or role.rolname in (select known.database_role from rls.role as known)
),
login as (
  select role.oid, role.rolname as name
  from {organisation}.person
  join pg_catalog.pg_roles as role on role.rolname = person.login
  where person.is_active
)
select
  login.name::text as login,
  kept.name as "limit",
  coalesce(
    max(stated.value) filter (where not stated.base and pg_catalog.pg_has_role(login.oid, stated.oid, 'usage')),
    max(stated.value) filter (where stated.base)
  ) as wanted,
  actual.value as actual
from login
cross join (select distinct stated.name from stated) as kept
join stated on stated.name = kept.name
left join limitation as actual on actual.oid = login.oid and actual.name = kept.name
group by login.oid, login.name, kept.name, actual.value
order by login.name, kept.name
