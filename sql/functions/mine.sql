-- True at the person.id of a login, and nothing else; joined with nothing so that it is uncompressed once, not for every row.
-- Policies pass current_user: whose rights a statement has is told outside, for inside it is this function's owner.
-- A sub-select on rls.reach would be rewritten and planned with every statement that names a table with policies.
create or replace function rls.mine(wanted name)
  returns boolean[]
  language plpgsql
  stable
  security definer
  parallel safe
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = auto
as $$
begin
  return (select reach.mine || array[]::boolean[] from rls.reach where reach.login = wanted);
end
$$;
