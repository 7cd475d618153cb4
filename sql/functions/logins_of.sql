-- The logins of people.
create or replace function rls.logins_of(people int[])
  returns name[]
  language plpgsql
  stable
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select person.login::name
    from {organisation}.person
    where person.id = any (people) and person.login is not null
  );
end
$$;
