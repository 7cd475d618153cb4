create view rls.missing_counter as
select reach.login, budget.entity, budget.kind
from rls.reach
join pg_catalog.pg_roles as role on role.rolname = reach.login
cross join rls.budget
where
  not exists (
    select
    from rls.counter
    where counter.login = reach.login and counter.entity = budget.entity and counter.kind = budget.kind
  );

comment on view rls.missing_counter is 'The counters that people who can log in lack: each has one for every budget';
