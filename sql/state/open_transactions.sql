-- Transactions of people and pools, begun before a moment and still open; of logins that lost a role, every session.
-- From PostgreSQL 16 on whoever may SET ROLE to a person counts as a pool, before that every member.
select
  activity.pid,
  activity.usename::text as login,
  coalesce(activity.xact_start, activity.backend_start) as since,
  case
    when activity.xact_start is null or activity.xact_start >= %(before)s then 'session'
    when activity.state = 'active' then 'active'
    when activity.backend_xmin is not null then 'snapshot'
    else 'open'
  end as kind,
  case when %(ending)s then pg_catalog.pg_terminate_backend(activity.pid, 5000) else false end as ended
from pg_catalog.pg_stat_activity as activity
join pg_catalog.pg_roles as role on role.oid = activity.usesysid
where activity.datname = current_database()
  and activity.backend_type = 'client backend'
  and activity.usename <> session_user
  and not role.rolsuper
  and (
    activity.xact_start < %(before)s
    or activity.backend_start < %(before)s and activity.usename = any (%(losers)s::name[])
  )
  and exists (
    select
    from {organisation}.person
    join pg_catalog.pg_roles as login on login.rolname = person.login
    where pg_catalog.pg_has_role(role.oid, login.oid, %(privilege)s)
  )
order by since, activity.pid
