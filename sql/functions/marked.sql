-- Owners as an array that is true at the number of each, and reaches from the lowest to the highest: the quickest to look
-- one up in, to change and to list.
create or replace function rls.marked(reached boolean[], come int[], gone int[])
  returns boolean[]
  language plpgsql
  immutable
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
declare
  lowest int := array_lower(reached, 1);
  highest int := array_upper(reached, 1);
  bottom int := least(lowest, (select min(owner.id) from unnest(come) as owner (id)));
  top int := greatest(highest, (select max(owner.id) from unnest(come) as owner (id)));
  marked boolean[] := reached;
  owner int;
begin
  if bottom is null then
    return '{{}}';
  end if;
  if lowest is null then
    marked := array_fill(false, array[top - bottom + 1], array[bottom]);
  else
    marked := array_fill(false, array[lowest - bottom], array[bottom]) || marked || array_fill(false, array[top - highest]);
  end if;
  foreach owner in array coalesce(come, '{{}}') loop
    marked[owner] := true;
  end loop;
  foreach owner in array coalesce(gone, '{{}}') loop
    if owner between bottom and top then
      marked[owner] := false;
    end if;
  end loop;
  lowest := bottom;
  while lowest <= top and not marked[lowest] loop
    lowest := lowest + 1;
  end loop;
  if lowest > top then
    return '{{}}';
  end if;
  highest := top;
  while not marked[highest] loop
    highest := highest - 1;
  end loop;
  if lowest = bottom and highest = top then
    return marked;
  end if;
  return array_fill(true, array[1], array[lowest]) || marked[lowest + 1:highest];
end
$$;
