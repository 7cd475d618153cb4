-- Memberships of pools follow people and pools.  After rowlock_refresh, whose name sorts first.
create trigger rowlock_refresh_pools after insert or delete or truncate or update of login, is_active on {organisation}.person
  for each statement execute function rls.follow_pools();

create trigger rowlock_lock before insert or delete or update on rls.pool
  for each statement execute function rls.lock_organisation();

create trigger rowlock_forget after delete or update of login on rls.pool
  for each row execute function rls.forget_pool();

create trigger rowlock_refresh_pools after insert or update on rls.pool
  for each statement execute function rls.follow_pools();
