-- Which of these keys are those of records whoever asks can see.
select {key}::text
from {table}
where {key} = any (%s::text[]::{type}[])
