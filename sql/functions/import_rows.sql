-- What somebody writes into an import table goes into the entity's table, all of it or nothing: as whoever imports, so
-- that privileges, policies and triggers hold, and through a view whose check option is their import level.
-- Arguments: that view and the table, quoted.  One statement; only when it fails, halves of it say which lines are bad.
create or replace function rls.import_rows()
  returns trigger
  language plpgsql
  volatile
  set search_path = pg_catalog, pg_temp
as $$
declare
  most constant int := 1000;
  statement text;
  withheld text;
  fills boolean;
  given boolean;
  chunk record;
  open_from int[];
  open_to int[];
  low int;
  high int;
  total bigint;
  looked_at bigint := 0;
  bad text[] := array[]::text[];
  code text;
  first_code text;
  reason text;
  detail text;
  column_at_fault text;
begin
  -- An empty value takes the column's default, or was not given.
  select
    format(
      'insert into %s (%s) select %s from %%s',
      tg_argv[0],
      string_agg(quote_ident(staged.attname), ', ' order by staged.attnum) filter (where may.fill),
      string_agg(
        case
          when pg_get_expr(preset.adbin, preset.adrelid) is null then format('made.%I', staged.attname)
          else format('coalesce(made.%I, %s)', staged.attname, pg_get_expr(preset.adbin, preset.adrelid))
        end,
        ', ' order by staged.attnum
      ) filter (where may.fill)
    ),
    string_agg(format('made.%I', staged.attname), ', ' order by staged.attnum) filter (where not may.fill),
    bool_or(may.fill)
  into statement, withheld, fills
  from pg_attribute as staged
  join pg_attribute as written
    on written.attrelid = tg_argv[0]::regclass and written.attname = staged.attname and not written.attisdropped
  cross join lateral (values (has_column_privilege(written.attrelid, written.attnum, 'insert'))) as may (fill)
  left join pg_attrdef as preset on preset.adrelid = written.attrelid and preset.adnum = written.attnum
  where staged.attrelid = tg_relid and staged.attnum > 0 and not staged.attisdropped;
  if fills is not true then
    raise exception 'permission denied for table %', tg_argv[0]::regclass using errcode = 'insufficient_privilege';
  elsif withheld is not null then
    execute format('select exists (select from made where num_nonnulls(%s) > 0)', withheld) into given;
    if given then
      raise exception 'permission denied for columns % of %', replace(withheld, 'made.', ''), tg_argv[0]::regclass
        using errcode = 'insufficient_privilege';
    end if;
  end if;

  perform set_config('rowlock.import', tg_argv[0], true);
  begin
    execute format(statement, 'made');
    perform set_config('rowlock.import', '', true);
    return null;
  exception
    when data_exception or integrity_constraint_violation or with_check_option_violation or insufficient_privilege
      or raise_exception then
      get stacked diagnostics first_code = returned_sqlstate, reason = message_text;
  end;
  -- What is refused whatever the rows hold is not theirs to answer for.
  execute format(statement, 'made') || ' where false';

  select count(*) into total from made;
  for chunk in execute
    'select array_agg(line order by number) as lines'
    ' from (select row_number() over () as number, made::text as line from made) as numbered'
    ' group by (number - 1) / 1000 order by min(number)'
  loop
    open_from := array[1];
    open_to := array[cardinality(chunk.lines)];
    while cardinality(open_from) > 0 and cardinality(bad) < most loop
      low := open_from[cardinality(open_from)];
      high := open_to[cardinality(open_to)];
      open_from := trim_array(open_from, 1);
      open_to := trim_array(open_to, 1);
      begin
        execute format(
          statement,
          format(
            '(select (staged.record).* from (select line::%s as record from unnest($1) as line offset 0) as staged) as made',
            tg_relid::regclass
          )
        ) using chunk.lines[low:high];
      exception
        when data_exception or integrity_constraint_violation or with_check_option_violation or insufficient_privilege
          or raise_exception then
          get stacked diagnostics
            code = returned_sqlstate,
            reason = message_text,
            detail = pg_exception_detail,
            column_at_fault = column_name;
          if low < high then
            open_from := open_from || array[(low + high) / 2 + 1, low];
            open_to := open_to || array[high, (low + high) / 2];
          else
            bad := bad || format(
              'line %s: %s (SQLSTATE %s%s)',
              looked_at + low,
              translate(
                case
                  when code = '44000' then 'it lies beyond what you may import'
                  when starts_with(reason, 'new row violates row-level security') then 'you may not create such a record'
                  when detail = '' or starts_with(detail, 'Failing row') then reason
                  else reason || ': ' || detail
                end,
                e'\n\r',
                '  '
              ),
              code,
              ', column ' || nullif(column_at_fault, '')
            );
          end if;
      end;
    end loop;
    exit when cardinality(bad) = most;
    looked_at := looked_at + cardinality(chunk.lines);
  end loop;

  if bad = array[]::text[] then
    raise exception using errcode = first_code, message = format('the rows cannot be imported together: %s', reason);
  end if;
  raise exception using
    errcode = first_code,
    message = format(
      '%s of %s rows cannot be imported into %s: nothing was imported',
      case when cardinality(bad) = most then 'at least ' || most else cardinality(bad)::text end,
      total,
      tg_argv[0]::regclass
    ),
    detail = array_to_string(bad, e'\n'),
    hint = 'Mend these lines or leave them out, and import again.';
end
$$;
