-- Findings that are meant.
select
  accepted.kind,
  accepted.object,
  accepted.what,
  accepted.because,
  accepted.accepted_by::text as accepted_by,
  accepted.accepted_at
from rls.accepted
order by accepted.kind, accepted.object, accepted.what
