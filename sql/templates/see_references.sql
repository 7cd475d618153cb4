-- Whoever refers to a record must see it, or a foreign key would tell which hidden ones exist.  Only a reference that
-- changes is looked at: a record may keep one that its owner does not see.  The tables' owner loads history.
create or replace function rls.{function}()
  returns trigger
  language plpgsql
  volatile
  set search_path = pg_catalog, pg_temp
as $$
declare
  seen boolean;
begin
  if not pg_catalog.row_security_active(tg_relid) or pg_catalog.pg_has_role(current_user, {owner_name}, 'usage') then
    return new;
  end if;
  {branches}
  return new;
end
$$;

alter function rls.{function}() owner to {rls_owner};

revoke all on function rls.{function}() from public;

create or replace trigger rowlock_see before insert or update of {columns} on {table}
  for each row execute function rls.{function}();
