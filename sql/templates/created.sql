create or replace function {function}()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  caller constant name := rls.caller();
  held constant text[] := pg_catalog.array_remove(array[{held}]::text[], null);
{arguments}
  beyond bigint;
begin
  if rls.is_bound(caller) then
{reach}
    select count(*) into beyond from made as {row} where ({within}) is not true;
    if beyond > 0 then
      perform rls.create_beyond_import({entity}, beyond);
    end if;
  end if;
  return null;
end
$$