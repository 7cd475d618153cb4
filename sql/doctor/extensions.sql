-- Extensions that reach further than the rows of whoever asks.
select
  extension.extname::text as object,
  known.what,
  pg_catalog.format('drop extension %%I', extension.extname) as statement,
  known.severity
from (
  values
    ('adminpack', 'warning', 'reads and writes files of the server'),
    ('amcheck', 'note', 'reads indexes past row security, where somebody is given its functions'),
    ('aws_s3', 'warning', 'sends rows elsewhere'),
    ('dblink', 'warning', 'opens connections from the server, as somebody else where a rule of pg_hba.conf trusts it'),
    ('file_fdw', 'warning', 'reads files of the server'),
    ('http', 'warning', 'sends rows elsewhere'),
    ('old_snapshot', 'note', 'shows what others are doing'),
    ('pageinspect', 'warning', 'reads pages of tables past row security, where somebody is given its functions'),
    ('pg_background', 'warning', 'runs statements in other sessions'),
    ('pg_buffercache', 'note', 'shows which pages others read'),
    ('pg_cron', 'warning', 'runs statements later'),
    ('pg_freespacemap', 'note', 'shows how full pages are'),
    ('pg_net', 'warning', 'sends rows elsewhere'),
    ('pg_stat_statements', 'note', 'keeps everybody''s statements, for members of pg_read_all_stats'),
    ('pg_surgery', 'warning', 'changes rows past row security'),
    ('pg_visibility', 'note', 'shows which pages were changed'),
    ('pg_walinspect', 'warning', 'reads every change of every table, for members of pg_read_server_files'),
    ('pgrowlocks', 'warning', 'shows rows others have locked, hidden ones included'),
    ('pgstattuple', 'note', 'counts rows past row security'),
    ('pldbgapi', 'warning', 'looks into the functions of other sessions'),
    ('plperlu', 'warning', 'lets superusers'' functions do anything on the server'),
    ('plpython3u', 'warning', 'lets superusers'' functions do anything on the server'),
    ('plsh', 'warning', 'lets superusers'' functions do anything on the server'),
    ('pltclu', 'warning', 'lets superusers'' functions do anything on the server'),
    ('postgres_fdw', 'warning', 'opens connections from the server, as whoever a user mapping names')
) as known (name, severity, what)
join pg_catalog.pg_extension as extension on extension.extname = known.name
