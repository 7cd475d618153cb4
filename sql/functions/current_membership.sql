-- All memberships in our database roles.
create or replace function rls.current_membership()
  returns table (role name, member name, grantor name, sound boolean, foreign_grantor boolean)
  language sql
  stable
  security definer
  set search_path = pg_catalog, pg_temp
as $$
select found.*
from rls.memberships_of(null, null) as found
$$;
