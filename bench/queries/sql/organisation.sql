-- 5,000 people in 300 departments, a tree of depth 5.  The first people are those of people.py, in that order.
insert into crm.department (id, parent_id, name) overriding system value
select
  n,
  case
    when n = 1 then null
    when n <= 9 then 1
    when n <= 45 then 2 + (n - 10) % 8
    when n <= 120 then 10 + (n - 46) % 36
    else 46 + (n - 121) % 75
  end,
  'Department ' || n
from generate_series(1, 300) as n;

insert into crm.person (id, login, name) overriding system value
select n, ({logins}::text[])[n], 'Person ' || n
from generate_series(1, 5000) as n;

insert into crm.department_member (department_id, person_id)
with place as (
  select
    array(select descendant_id from crm.department_closure where ancestor_id = 2 order by descendant_id) as below_2,
    array(
      select id
      from crm.department
      where
        id between 3 and 296
        and id not in (select descendant_id from crm.department_closure where ancestor_id = 2)
      order by id
    ) as elsewhere
)
select
  case
    when n = 1 then 1
    when n = 2 then 2
    when n = 3 or n between 44 and 92 then 297
    when n = 4 or n in (14, 15) then 300
    when n = 5 or n between 16 and 34 then 299
    when n = 6 or n between 35 and 43 then 298
    when n between 93 and 891 then below_2[1 + n % cardinality(below_2)]
    else elsewhere[1 + n % cardinality(elsewhere)]
  end,
  n
from generate_series(1, 5000) as n
cross join place
union all
select elsewhere[cardinality(elsewhere)], 11
from place;
