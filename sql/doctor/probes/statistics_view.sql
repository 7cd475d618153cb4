-- CVE-2024-4317: does pg_stats_ext show the extended statistics of tables that are somebody else's?
select pg_catalog.pg_get_viewdef('pg_catalog.pg_stats_ext'::regclass) !~ 'pg_has_role'
