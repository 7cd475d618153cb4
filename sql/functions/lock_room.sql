-- How many locks the server is sure to have room for, everybody's together.  A database role that is made or dropped, a
-- sequence, and whoever is granted one take a lock each until the transaction ends; where the room is used up, everybody's
-- statements fail: out of shared memory.
create or replace function rls.lock_room()
  returns int
  language sql
  stable
  set search_path = pg_catalog, pg_temp
return (
  select sum(current_setting(setting.name, true)::int)::int * current_setting('max_locks_per_transaction')::int
  from (
    values
      ('max_connections'),
      ('max_prepared_transactions'),
      ('max_worker_processes'),
      ('max_wal_senders'),
      ('autovacuum_max_workers')
  ) as setting (name)
);
