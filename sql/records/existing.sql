select {column}::text
from {table}
where {column}::text = any (%s)
