-- Owners, in ascending order, as an array that is true at the number of each: the quickest to look one up in.
create or replace function rls.reached(owners int[])
  returns boolean[]
  language plpgsql
  immutable
  strict
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
declare
  lowest constant int := least(1, owners[1]);
  found boolean[] := array_fill(false, array[owners[cardinality(owners)] - lowest + 1], array[lowest]);
  owner int;
begin
  foreach owner in array owners loop
    found[owner] := true;
  end loop;
  return found;
end
$$;
