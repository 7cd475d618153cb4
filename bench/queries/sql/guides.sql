-- Row security as guides on the web write it, on the same tables, each for a login of its own.  Who asks stands in a
-- setting, as with auth.uid(); what they may see is a level of theirs.
create schema guide;

create table guide.person_level (
  person_id int primary key,
  level text not null
);

insert into guide.person_level (person_id, level)
select
  assignment.principal_id,
  case (array_agg(assignment.role order by array_position(array['executive', 'head', 'colleague', 'seller'], assignment.role)))[1]
    when 'executive' then 'all'
    when 'head' then 'subdepartments'
    when 'colleague' then 'department'
    else 'own'
  end
from rls.assignment
where assignment.principal_kind = 'person'
group by assignment.principal_id;

-- Who sees whose records by their departments.
create view guide.colleague as
select level.person_id as viewer_id, owner.person_id as owner_id
from guide.person_level as level
join crm.department_member as mine on mine.person_id = level.person_id
join crm.department_closure as closure
  on closure.ancestor_id = mine.department_id and (closure.depth = 0 or level.level = 'subdepartments')
join crm.department_member as owner on owner.department_id = closure.descendant_id
where level.level in ('department', 'subdepartments');

create function guide.uid() returns int language sql stable
return pg_catalog.current_setting('guide.person_id')::int;

create function guide.level() returns text language sql stable security definer set search_path = pg_catalog, pg_temp
return (select level from guide.person_level where person_id = guide.uid());

create function guide.owners() returns int[] language sql stable security definer set search_path = pg_catalog, pg_temp
return array(select owner_id from guide.colleague where viewer_id = guide.uid());

create function guide.may_see(owner int) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, pg_temp as $$
begin
  return owner = guide.uid()
    or guide.level() = 'all'
    or exists (select from guide.colleague where viewer_id = guide.uid() and owner_id = owner);
end $$;

create role bench_plain bypassrls;
create role guide_function;
create role guide_exists;
create role guide_in;
create role guide_wrapped;
create role guide_dynamic;
create role guide_barrier;

do $$
declare
  conditions constant jsonb := jsonb_build_object(
    'guide_function', 'guide.may_see(owner_id)',
    'guide_exists', $c$
      owner_id = guide.uid()
      or exists (select from guide.person_level as mine where mine.person_id = guide.uid() and mine.level = 'all')
      or exists (
        select from guide.colleague as other where other.viewer_id = guide.uid() and other.owner_id = %1$s.owner_id
      )
    $c$,
    'guide_in', $c$
      owner_id = guide.uid()
      or owner_id in (select other.owner_id from guide.colleague as other where other.viewer_id = guide.uid())
      or guide.uid() in (select mine.person_id from guide.person_level as mine where mine.level = 'all')
    $c$,
    'guide_wrapped', $c$
      owner_id = (select guide.uid())
      or (select guide.level()) = 'all'
      or owner_id in (select unnest(guide.owners()))
    $c$,
    'guide_dynamic', $c$
      (select guide.level()) = 'all'
      or (select guide.level()) = 'own' and owner_id = (select guide.uid())
      or (select guide.level()) in ('department', 'subdepartments') and owner_id = any ((select guide.owners())::int[])
    $c$
  );
  guide text;
  condition text;
  name text;
begin
  for guide, condition in select * from jsonb_each_text(conditions) loop
    foreach name in array array['deal', 'company', 'contact'] loop
      execute format('create policy %I on crm.%I to %I using (%s)', guide, name, guide, format(condition, name));
    end loop;
    execute format(
      'create policy %I on crm.activity to %I using (%s)', guide, guide,
      case guide
        when 'guide_exists' then 'exists (select from crm.deal where deal.id = activity.deal_id)'
        when 'guide_function' then 'guide.may_see(parent_owner_id)'
        else 'deal_id in (select id from crm.deal)'
      end
    );
  end loop;
  foreach name in array array['deal', 'company', 'contact'] loop
    execute format('create view guide.%I with (security_barrier) as select * from crm.%I where %s with local check option',
      name, name, format(conditions ->> 'guide_in', name));
  end loop;
  create view guide.activity with (security_barrier) as
  select activity.* from crm.activity where deal_id in (select id from guide.deal);
end $$;

grant usage on schema guide, crm to bench_plain, guide_function, guide_exists, guide_in, guide_wrapped, guide_dynamic, guide_barrier;
grant select, insert, update on crm.deal, crm.activity, crm.company, crm.contact
to bench_plain, guide_function, guide_exists, guide_in, guide_wrapped, guide_dynamic;
grant select on guide.colleague, guide.person_level to bench_plain, guide_exists, guide_in;
grant select, insert, update on guide.deal, guide.activity, guide.company, guide.contact to guide_barrier;
grant select on crm.department_member, crm.department_closure to bench_plain;
grant usage on all sequences in schema crm
to bench_plain, guide_function, guide_exists, guide_in, guide_wrapped, guide_dynamic, guide_barrier;
