-- created_at and created_by are what they say, whoever asks otherwise; only the owner of the tables may load history.
create or replace function rls.stamp()
  returns trigger
  language plpgsql
  volatile
  set search_path = pg_catalog, pg_temp
as $$
begin
  if pg_catalog.pg_has_role(current_user, {owner_name}, 'usage') then
    return new;
  end if;
  if tg_op = 'INSERT' then
    new.created_at := pg_catalog.now();
    -- Before PostgreSQL 16 people can become their roles, and would then have been nobody.
    new.created_by := case
      when pg_catalog.starts_with(current_user::text, {prefix}) then session_user
      else current_user
    end;
  else
    new.created_at := old.created_at;
    new.created_by := old.created_by;
  end if;
  return new;
end
$$;
