-- How many owners a statement is planned with at most, as constants.
create or replace function rls.widest()
  returns int
  language sql
  immutable
  parallel safe
return 1000;
