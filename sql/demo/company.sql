-- A small company with a dozen deals: everybody's login exists already.
insert into crm.department (name) values ('Company');

insert into crm.department (parent_id, name)
select department.id, office.name
from crm.department, (values ('North'), ('South')) as office (name);

insert into crm.person (login, name)
values
  ('ann', 'Ann Archer'),
  ('ben', 'Ben Baker'),
  ('cleo', 'Cleo Carter'),
  ('dan', 'Dan Drake'),
  ('eve', 'Eve Ellis');

insert into crm.department_member (department_id, person_id)
select department.id, person.id
from (values ('North', 'ann'), ('North', 'ben'), ('North', 'cleo'), ('South', 'dan'), ('Company', 'eve')) as member (department, login)
join crm.department on department.name = member.department
join crm.person on person.login = member.login;

update crm.department
set head_id = person.id
from crm.person
where (department.name, person.login) in (('North', 'cleo'), ('Company', 'eve'));

insert into rls.assignment (role, principal_kind, principal_id)
select assignment.role, 'person', person.id
from (
  values ('manager', 'ann'), ('manager', 'ben'), ('manager', 'dan'), ('department_head', 'cleo'), ('executive', 'eve')
) as assignment (role, login)
join crm.person on person.login = assignment.login;

insert into crm.deal (owner_id, title, stage, amount)
select person.id, deal.title, deal.stage, deal.amount
from (
  values
    ('ann', 'Anvils for Acme', 'engaging', 1200),
    ('ann', 'Bolts for Borealis', 'won', 800),
    ('ann', 'Cranes for Cobalt', 'prospecting', 15000),
    ('ben', 'Drills for Delta', 'engaging', 2300),
    ('ben', 'Engines for Elm', 'won', 41000),
    ('cleo', 'Forklifts for Fern', 'engaging', 9900),
    ('dan', 'Gears for Gneiss', 'won', 700),
    ('dan', 'Hinges for Hazel', 'lost', 150),
    ('dan', 'Irons for Indigo', 'engaging', 3100),
    ('eve', 'Jacks for Juniper', 'prospecting', 5000),
    (null, 'Kilns for Krait', 'prospecting', 6400)
) as deal (login, title, stage, amount)
left join crm.person on person.login = deal.login
