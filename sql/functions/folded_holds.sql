-- Whether the caller holds one of these database roles.  Declared IMMUTABLE so that the planner makes it a constant, and leaves
-- out what a role reads that another one reads, too: asked as PostgreSQL chooses policies, of current_user.  A plan that
-- outlives it can only hide rows; a change of memberships must alter what policies call.
create or replace function rls.folded_holds(roles name[])
  returns boolean
  language plpgsql
  immutable
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
declare
  role name;
begin
  foreach role in array roles loop
    if pg_catalog.pg_has_role(pg_catalog.to_regrole(pg_catalog.quote_ident(role)), 'usage') then
      return true;
    end if;
  end loop;
  return false;
end
$$;
