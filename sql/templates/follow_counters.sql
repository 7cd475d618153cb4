-- Counters follow who can log in, and what is counted.
create trigger rowlock_follow_counters after insert or update or delete on rls.reach
  for each statement execute function rls.follow_counters();

create trigger rowlock_follow_counters after insert or update or delete on rls.budget
  for each statement execute function rls.follow_counters();
