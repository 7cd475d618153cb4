-- One batch: the records with a given key take the columns given; the row type of the table turns texts into values.
update {table} as record
set {columns}
from jsonb_to_recordset(%s) as row (number int, values jsonb)
cross join jsonb_populate_record(null::{table}, row.values) as given
where record.{key} = given.{key}
returning row.number
