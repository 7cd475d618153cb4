-- How far apart the first numbers of two windows a second apart are: more rows than any budget has.
create or replace function rls.counter_room()
  returns bigint
  language sql
  immutable
  parallel safe
return 2147483648;
