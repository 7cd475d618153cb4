insert into {organisation}.person_group (name)
select added.name
from unnest(%(names)s::text[]) as added (name)
