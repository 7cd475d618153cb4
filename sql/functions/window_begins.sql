-- The second at which the present window began.  1970 began on a Thursday, weeks begin on Mondays: four days later.
create or replace function rls.window_begins(per text)
  returns bigint
  language plpgsql
  volatile
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
declare
  length constant bigint := rls.window_length(per);
  since constant bigint := case per when 'week' then 4 * 86400 else 0 end;
  now constant bigint := floor(extract(epoch from clock_timestamp()));
begin
  return now - (now - since) % length;
end
$$;
