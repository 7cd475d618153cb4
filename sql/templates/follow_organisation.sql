-- Reach and memberships follow the table.
create trigger rowlock_lock before insert or delete or truncate or {update} on {table}
  for each statement execute function rls.lock_organisation();

create trigger rowlock_refresh after insert or delete or truncate or {update} on {table}
  for each statement execute function rls.refresh_organisation();
