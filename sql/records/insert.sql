-- One batch: the row type of the table turns every text into the column's type.
insert into {table} ({columns})
select {columns}
from jsonb_populate_recordset(null::{table}, %s)
