create unlogged table {name} (
  {columns}
) with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);

comment on table {name} is 'What is copied into this table goes into its entity''s, as far as whoever copies may import';

create trigger rowlock_import after insert on {name} referencing new table as made
  for each statement execute function rls.import_rows({table});

create trigger rowlock_log after insert on {name} referencing new table as made
  for each statement execute function rls.log_import({entity}, {import_table})
