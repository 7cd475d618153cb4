-- Keep every assignment as it is before a revision.
insert into rls.set_aside (
  revision, id, role, principal_kind, principal_id, valid_from, valid_until, from_definition, created_at, created_by
)
select
  %(revision)s, id, role, principal_kind, principal_id, valid_from, valid_until, from_definition, created_at, created_by
from rls.assignment
