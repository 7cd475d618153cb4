-- Everything in the log, the latest first; an export's end stands with its beginning.
select
  entry.id,
  entry.at,
  entry.done_by::text,
  entry.login::text,
  entry.entity,
  entry.kind,
  coalesce(entry.rows, ending.rows) as rows,
  entry.what,
  ending.what as ended
from rls.bulk_log as entry
left join rls.bulk_log as ending on ending.ends = entry.id
where entry.ends is null
order by entry.id desc
