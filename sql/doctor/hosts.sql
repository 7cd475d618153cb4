-- Rules of pg_hba.conf that let somebody in without a password, or with one that can be overheard.
select
  file.name || ', line ' || rule.line_number as object,
  case
    when rule.error is not null then 'is wrong: ' || rule.error
    when rule.auth_method = 'trust' then
      'lets ' || pg_catalog.array_to_string(rule.user_name, ', ') || ' in without a password, from '
      || coalesce(rule.address, 'this machine')
    when rule.auth_method = 'password' then 'has passwords sent as they are, from ' || coalesce(rule.address, 'this machine')
    else 'accepts MD5, from ' || coalesce(rule.address, 'this machine')
  end as what,
  '-- ' || file.name || ', line ' || rule.line_number
    || case when rule.error is null then ': scram-sha-256 instead of ' || rule.auth_method else ': mend it' end
    || '; then: select pg_catalog.pg_reload_conf()' as statement,
  case
    when rule.error is not null then 'warning'
    when rule.auth_method = 'md5' then 'note'
    when rule.auth_method = 'trust' and place.is_remote then 'error'
    else 'warning'
  end as severity
from pg_catalog.pg_hba_file_rules as rule
cross join lateral (
  select rule.type <> 'local' and rule.address is distinct from '127.0.0.1' and rule.address is distinct from '::1' as is_remote
) as place
-- From PostgreSQL 16 on there may be several.
cross join lateral (
  select coalesce(pg_catalog.regexp_replace(to_jsonb(rule) ->> 'file_name', '^.*/', ''), 'pg_hba.conf') as name
) as file
where
  rule.error is not null
  or (
    rule.database <> array['replication']
    and (
      rule.auth_method = 'trust'
      or (rule.auth_method = 'password' and rule.type <> 'hostssl' and place.is_remote)
      or (rule.auth_method = 'md5' and place.is_remote)
    )
  )
