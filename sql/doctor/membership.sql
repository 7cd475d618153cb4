-- Memberships of people, pools and our roles in anything else, and what is reached through them, however far.
, leaving as (
  select edge.*
  from edge
  where
    (
      edge.roleid not in (select ours.oid from ours)
      and (
        edge.member in (select insider.oid from insider)
        or edge.member_name = any (%(owners)s)
      )
      and not (edge.member_name = %(rls_owner)s and edge.role_name = any (%(view_owners)s))
      and not (edge.member in (select pool.oid from pool) and edge.roleid in (select person.oid from person))
    )
    or (
      edge.role_name = any (%(owners)s)
      and edge.member_name <> %(rls_owner)s
      and edge.member not in (select role.oid from pg_catalog.pg_roles as role where role.rolsuper or role.rolcreaterole)
      and edge.member <> (select database.datdba from database)
    )
),
further (start, oid) as (
  select leaving.roleid, leaving.roleid from leaving
  union
  select further.start, edge.roleid from further join edge on edge.member = further.oid
),
power (start, word) as (
  select further.start, attribute.word
  from further
  join pg_catalog.pg_roles as role on role.oid = further.oid
  cross join lateral (
    values
      (case when role.rolsuper then 'superuser' end),
      (case when role.rolbypassrls then 'bypassrls' end),
      (case when role.rolreplication then 'replication' end),
      (case when role.rolcreaterole then 'createrole' end),
      (case when role.rolname ~ '^pg_' then role.rolname::text end),
      (case when role.rolname = any (%(owners)s) then role.rolname::text end),
      (case when role.oid = (select database.datdba from database) then 'owner of the database' end),
      (
        case
          when role.oid in (
            select class.relowner from managed join pg_catalog.pg_class as class on class.oid = managed.oid
          ) then 'owner of tables under rights'
        end
      )
  ) as attribute (word)
  where attribute.word is not null
  union all
  select further.start, case count(*) when 1 then min(person.rolname::text) else count(*) || ' people' end
  from further
  join person on person.oid = further.oid
  group by further.start
)
select
  leaving.member_name::text as object,
  'is a member of ' || leaving.role_name || coalesce(', and so reaches ' || powers.words, '') as what,
  pg_catalog.format('revoke %%I from %%I%%s cascade', leaving.role_name, leaving.member_name, leaving.granted_by) as statement,
  case when powers.words is null then 'warning' else 'error' end as severity
from leaving
cross join lateral (
  select string_agg(distinct power.word, ', ' order by power.word) as words
  from power
  where power.start = leaving.roleid
) as powers
