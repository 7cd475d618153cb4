-- Replication slots: whoever reads one has every row.
select
  slot.slot_name::text as object,
  case slot.slot_type when 'logical' then 'sends every change of ' || slot.database else 'sends everything' end
    || ', to whoever has REPLICATION' as what,
  pg_catalog.format('select pg_catalog.pg_drop_replication_slot(%%L)', slot.slot_name) as statement
from pg_catalog.pg_replication_slots as slot
where slot.slot_type = 'physical' or slot.database = current_database()
