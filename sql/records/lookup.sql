-- Text → key of the records that are called so.
select {name}::text, {key}::text
from {table}
where {name}::text = any (%s)
