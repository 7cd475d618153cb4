-- Settings of the whole server; what a database or a role sets for itself is in role_settings.sql.
select
  settings.name as object,
  'is ' || settings.setting || ': ' || risky.what as what,
  pg_catalog.format(e'alter system set %%s = %%L;\nselect pg_catalog.pg_reload_conf()', settings.name, risky.good) as statement,
  risky.severity
from risky
join pg_catalog.pg_settings as settings on settings.name = risky.setting
where
  settings.setting ~ risky.bad
  and settings.source in ('default', 'environment variable', 'configuration file', 'command line', 'override')
union all
select
  'ssl',
  'is off, and the server listens on ' || listening.setting,
  e'alter system set ssl = on;\nselect pg_catalog.pg_reload_conf()',
  'warning'
from pg_catalog.pg_settings as ssl
cross join pg_catalog.pg_settings as listening
where
  ssl.name = 'ssl'
  and ssl.setting = 'off'
  and listening.name = 'listen_addresses'
  and pg_catalog.regexp_replace(listening.setting, '(localhost|127(\.\d+){{3}}|::1|[\s,])', '', 'g') <> ''
