-- Refuse, before it begins, what would take more locks than the server has room for.
create or replace function rls.require_locks(wanted bigint)
  returns void
  language plpgsql
  stable
  set search_path = pg_catalog, pg_temp
as $$
declare
  room constant int := rls.lock_room();
  setting constant int := current_setting('max_locks_per_transaction')::int;
begin
  if wanted > room then
    raise exception 'this takes % locks in one transaction, and the server has room for %', wanted, room
      using
        errcode = 'configuration_limit_exceeded',
        hint = format(
          'Set max_locks_per_transaction to %s or more (it is %s) and restart PostgreSQL.',
          ceil(wanted::numeric * setting / room),
          setting
        );
  end if;
end
$$;
