-- Departments of one depth, below parents that exist.
insert into {organisation}.department (parent_id, name)
select added.parent_id, added.name
from unnest(%(parent_ids)s::int[], %(names)s::text[]) as added (parent_id, name)
