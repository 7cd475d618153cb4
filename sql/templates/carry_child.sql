-- The child's carried columns are its parent's, whoever sets them.  FOR SHARE: whoever changes the parent meanwhile has
-- finished, or waits and then finds this child.
create or replace function rls.{function}()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  {nothing}
  {branches}
  return new;
end
$$;

alter function rls.{function}() owner to {rls_owner};

revoke all on function rls.{function}() from public;

create or replace trigger rowlock_carry_insert before insert on {child}
  for each row execute function rls.{function}();

create or replace trigger rowlock_carry_update before update on {child}
  for each row when (current_user <> {rls_owner_name} and ({old}) is distinct from ({new}))
  execute function rls.{function}();
