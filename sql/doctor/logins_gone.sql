-- People whose login does not exist: whoever is given a role of that name is them.
select
  gone.count || case when gone.count = 1 then ' person' else ' people' end as object,
  'have a login that is no database role: ' || pg_catalog.array_to_string(gone.logins[:5], ', ')
    || case when gone.count > 5 then ', …' else '' end as what,
  pg_catalog.format('update %%I.person set login = null where login = any (%%L)', %(organisation)s::text, gone.logins) as statement
from (
  select
    count(*) as count,
    array_agg(known.login order by known.login) as logins
  from {organisation}.person as known
  where
    known.is_active
    and known.login is not null
    and known.login not in (select role.rolname::text from pg_catalog.pg_roles as role)
) as gone
where gone.count > 0
