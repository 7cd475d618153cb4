-- Counters follow who can log in, and what is counted.
create trigger rowlock_follow_counters_insert after insert on rls.reach
  referencing new table as added
  for each statement execute function rls.follow_counters();

create trigger rowlock_follow_counters_update after update on rls.reach
  referencing old table as removed new table as added
  for each statement execute function rls.follow_counters();

create trigger rowlock_follow_counters_delete after delete on rls.reach
  referencing old table as removed
  for each statement execute function rls.follow_counters();

create trigger rowlock_follow_counters after insert or update or delete on rls.budget
  for each statement execute function rls.follow_counters();
