-- The login a statement runs for: right also inside SECURITY DEFINER, and not forgeable beyond SET ROLE.
create or replace function rls.caller()
  returns name
  language sql
  stable
  parallel safe
return case pg_catalog.current_setting('role')
  when 'none' then session_user
  else pg_catalog.current_setting('role')::name
end;
