-- Whether any of the roles says a level of its own for the cell.
create or replace function rls.has_explicit(held text[], wanted_entity text, wanted_operation text, wanted_cell text)
  returns boolean
  language sql
  stable
  parallel safe
begin atomic
  select exists (
    select
    from rls.permission
    where
      permission.role = any (held)
      and permission.entity = wanted_entity
      and permission.operation = wanted_operation
      and permission.cell = wanted_cell
      and permission.explicit
  );
end;
