-- Memberships of pools follow people and pools.  After rowlock_follow, whose names sort first.
create trigger rowlock_refresh_pools_insert after insert on {organisation}.person
  referencing new table as added
  for each statement execute function rls.follow_pools();

create trigger rowlock_refresh_pools_update after update on {organisation}.person
  referencing old table as removed new table as added
  for each statement execute function rls.follow_pools();

create trigger rowlock_refresh_pools_delete after delete on {organisation}.person
  referencing old table as removed
  for each statement execute function rls.follow_pools();

create trigger rowlock_refresh_pools_truncate after truncate on {organisation}.person
  for each statement execute function rls.follow_pools();

create trigger rowlock_lock before insert or delete or update on rls.pool
  for each statement execute function rls.lock_organisation();

create trigger rowlock_forget after delete or update of login on rls.pool
  for each row execute function rls.forget_pool();

create trigger rowlock_refresh_pools after insert or update on rls.pool
  for each statement execute function rls.follow_pools();
