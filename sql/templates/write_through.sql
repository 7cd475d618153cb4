create or replace function {function}()
  returns trigger
  language plpgsql
  volatile
  set search_path = pg_catalog, pg_temp
as $$
declare
  said text[] := array[]::text[];
  statement text;
  touched bigint;
begin
  if tg_op = 'DELETE' then
    delete from {table} as target where {deleted};
    return case when found then old end;
  end if;
  if tg_op = 'UPDATE' then
    {changes}
    if said = array[]::text[] then
      return new;
    end if;
    execute pg_catalog.format(
      'update %s as target set %s where %s', {table_name}, pg_catalog.array_to_string(said, ', '), {found_literal}
    ) using new, old;
    get diagnostics touched = row_count;
    return case when touched > 0 then new end;
  end if;
  {values}
  statement := case
    when said = array[]::text[] then pg_catalog.format('insert into %s default values', {table_name})
    else pg_catalog.format(
      'insert into %s (%s) select %s',
      {table_name},
      pg_catalog.array_to_string(said, ', '),
      '($1).' || pg_catalog.array_to_string(said, ', ($1).')
    )
  end;
  begin
    execute statement || ' returning ' || {key_names} using new into {new_key};
  exception
    -- Whoever may create a record and not read it creates it all the same, and is not told its key.
    when insufficient_privilege then execute statement using new;
  end;
  return new;
end
$$
