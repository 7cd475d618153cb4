-- Reach and memberships follow the table.  Before rowlock_refresh_pools, whose names sort later.
create trigger rowlock_lock before insert or delete or truncate or {update} on {table}
  for each statement execute function rls.lock_organisation();

create trigger rowlock_follow_insert after insert on {table}
  referencing new table as added
  for each statement execute function rls.{follow}();

create trigger rowlock_follow_update after update on {table}
  referencing old table as removed new table as added
  for each statement execute function rls.{follow}();

create trigger rowlock_follow_delete after delete on {table}
  referencing old table as removed
  for each statement execute function rls.{follow}();

create trigger rowlock_follow_truncate after truncate on {table}
  for each statement execute function rls.follow_truncate();
