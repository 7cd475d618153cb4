-- The query for what a statement has changed, in a trigger with the transition tables removed and added.
create or replace function rls.touched(operation text, columns text)
  returns text
  language sql
  immutable
return case operation
  when 'INSERT' then format('select %s from added', columns)
  when 'DELETE' then format('select %s from removed', columns)
  else format(
    '(select %1$s from removed except select %1$s from added) union (select %1$s from added except select %1$s from removed)',
    columns
  )
end;
