-- Remember a definition as the one in force, and as an entry of the history where anything changed.
with
given as materialized (
  select %(definition)s::json as definition
),
before as (
  select installation.definition_digest as digest
  from rls.installation
),
entry as (
  insert into rls.history (digest, definition, source, created, altered, dropped)
  select %(digest)s, given.definition, nullif(%(source)s, ''), %(created)s, %(altered)s, %(dropped)s
  from before
  cross join given
  where before.digest is distinct from %(digest)s or %(created)s + %(altered)s + %(dropped)s > 0
)
update rls.installation
set definition = given.definition, definition_digest = %(digest)s
from given
where installation.definition_digest is distinct from %(digest)s
