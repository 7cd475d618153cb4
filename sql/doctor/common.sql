-- Who must not be more than Rowlock made them: people, pools' logins, our roles.  Memberships of all versions alike.
, pool as (
  select role.*
  from pg_catalog.pg_roles as role
  where role.rolname in (select known.login from rls.pool as known)
),
insider as (
  select person.oid, person.rolname from person
  union
  select pool.oid, pool.rolname from pool
  union
  select ours.oid, ours.rolname from ours
),
edge as (
  select
    membership.roleid,
    membership.member,
    membership.admin_option,
    coalesce((to_jsonb(membership) ->> 'inherit_option')::boolean, member.rolinherit) as inherits,
    coalesce((to_jsonb(membership) ->> 'set_option')::boolean, true) as sets,
    to_jsonb(membership) ? 'set_option' as has_options,
    role.rolname as role_name,
    member.rolname as member_name,
    coalesce(pg_catalog.format(' granted by %%I', grantor.rolname), '') as granted_by
  from pg_catalog.pg_auth_members as membership
  join pg_catalog.pg_roles as role on role.oid = membership.roleid
  join pg_catalog.pg_roles as member on member.oid = membership.member
  left join pg_catalog.pg_roles as grantor on grantor.oid = membership.grantor
),
database as (
  select database.*, pg_catalog.pg_get_userbyid(database.datdba) as owner_name
  from pg_catalog.pg_database as database
  where database.datname = current_database()
),
-- Settings that open something, or put rows into the log: what is bad, what to set instead.
risky (setting, bad, good, severity, what) as (
  values
    ('lo_compat_privileges', '^on$', 'off', 'error', 'lets everybody read and write every large object'),
    ('session_replication_role', '^(replica|local)$', 'origin', 'error', 'keeps the triggers from running that rights depend on'),
    ('row_security', '^off$', 'on', 'warning', 'makes statements fail that row security would filter'),
    ('allow_system_table_mods', '^on$', 'off', 'warning', 'lets superusers change the catalog by a slip'),
    ('plpgsql.check_asserts', '^off$', 'on', 'warning', 'switches off checks written as ASSERT'),
    ('password_encryption', '^md5$', 'scram-sha-256', 'warning', 'keeps new passwords as MD5, which is as good as the password itself'),
    ('log_statement', '^(mod|all)$', 'ddl', 'warning', 'puts what people write into the log'),
    ('log_parameter_max_length_on_error', '^(-1|[1-9])', '0', 'warning', 'puts parameters of failing statements into the log'),
    ('log_min_duration_statement', '^[0-9]', '-1', 'note', 'puts statements, with values in them, into the log'),
    ('log_min_duration_sample', '^[0-9]', '-1', 'note', 'puts statements, with values in them, into the log'),
    ('log_transaction_sample_rate', '[1-9]', '0', 'note', 'puts statements, with values in them, into the log'),
    ('auto_explain.log_min_duration', '^[0-9]', '-1', 'note', 'puts statements and plans, with values in them, into the log'),
    ('debug_print_parse', '^on$', 'off', 'note', 'puts statements, with values in them, into the log'),
    ('debug_print_rewritten', '^on$', 'off', 'note', 'puts statements, with values in them, into the log'),
    ('debug_print_plan', '^on$', 'off', 'note', 'puts statements, with values in them, into the log')
)
