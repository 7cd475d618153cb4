-- The levels some roles say for an operation on an entity, but those that an explicit level of another overrules.
create or replace function rls.effective(held text[], wanted_entity text, wanted_operation text)
  returns setof rls.permission
  language sql
  stable
  parallel safe
begin atomic
  select permission.*
  from rls.permission
  where
    permission.role = any (held)
    and permission.entity = wanted_entity
    and permission.operation = wanted_operation
    and (permission.explicit or not rls.has_explicit(held, wanted_entity, wanted_operation, permission.cell));
end;
