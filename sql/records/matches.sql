-- How many records have each of these keys.
select given.key, count(*)
from unnest(%s::text[]) as given (key)
join {table} as record on record.{column} = given.key::{type}
group by given.key
