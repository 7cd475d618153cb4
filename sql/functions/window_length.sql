-- The seconds a window of time lasts.
create or replace function rls.window_length(per text)
  returns bigint
  language sql
  immutable
  parallel safe
return case per when 'minute' then 60 when 'hour' then 3600 when 'day' then 86400 when 'week' then 604800 end;
