-- Whether an owner is one of those a statement is planned with; null: there were too many.
-- Inlined, so that the constant is made once and an index found with it.
create or replace function rls.owned_by(owner int, owners int[])
  returns boolean
  language sql
  immutable
  parallel safe
return owners is null or owner = any (owners);
