-- Some names, to find the nearest right one.
select distinct {name}::text
from {table}
where {name} is not null
limit 5000
