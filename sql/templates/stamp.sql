create trigger rowlock_stamp_insert before insert on {table}
  for each row execute function rls.stamp();

create trigger rowlock_stamp_update before update of created_at, created_by on {table}
  for each row execute function rls.stamp();
