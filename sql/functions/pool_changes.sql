-- Desired against current memberships of all pools' logins.
create or replace function rls.pool_changes()
  returns table (role name, member name, drift text, grantor name)
  language sql
  stable
  security definer
  set search_path = pg_catalog, pg_temp
as $$
select changes.*
from rls.pool_changes_of(null) as changes
$$;
