"""A company whose deals have fields with rights of their own.

Six people: rita sees and writes the finance of her own deals, which are all she reads; mallory reads her department's
deals and the finance of her own; ben reads them, too, and never finance; dora sees everything; nina is ben and dora's
deputy for a time that is over; max is mallory and ben at once.  A deal's finance says 31337 and 777001.77 where mallory
may not see it.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from rls.definition.model import Definition
from rls.installation import install
from rls.plan import deploy
from tests.database.company import definition
from tests.fixtures.database import BUILDERS

KIND = "fields"

ENTITIES = """
entities:
  deal:
    table: shop.deal
    owner: owner_id
    stage: stage
    stages: [new, won]
    fields: {finance: [amount, margin, closed_on]}
  note:
    table: shop.note
    parents: {deal_id: deal}
    carries: {owner: deal_owner, stage: deal_stage}
    fields: {finance: [price]}
  safe: {table: shop.safe, owner: owner_id, barrier: true, fields: {finance: [amount]}}
  plain: {table: shop.plain, owner: owner_id}
"""

ROLES = """
roles:
  rep: {permissions: {deal: own, safe: own, plain: own}}
  manager:
    permissions:
      deal: {read: department, create: department, update: department, fields: {finance: own}}
      safe: department
      plain: department
  blind: {permissions: {deal: {read: department, update: own, fields: {finance: none}}}}
  director: {permissions: {deal: all, safe: all, plain: all}}
  deputy: {timed: true, permissions: {deal: all}}
"""

PEOPLE = {
    "rita": ("rep",),
    "mallory": ("manager",),
    "ben": ("blind",),
    "dora": ("director",),
    "nina": ("blind", "deputy"),
    "max": ("manager", "blind"),
}

TABLES = """
create schema shop;
create table shop.deal (
  id int generated always as identity primary key,
  owner_id int not null,
  stage text not null default 'new',
  title text,
  amount numeric(14, 2),
  margin int default 0,
  closed_on date,
  created_at timestamptz not null default now()
);
comment on table shop.deal is 'Deals of the shop';
comment on column shop.deal.amount is 'What the customer pays';
create table shop.note (
  id int generated always as identity primary key,
  deal_id int references shop.deal,
  deal_owner int,
  deal_stage text,
  body text,
  price numeric
);
create table shop.safe (id int generated always as identity primary key, owner_id int, amount int);
create table shop.plain (id int generated always as identity primary key, owner_id int, title text);
insert into shop.deal (owner_id, stage, title, amount, margin, closed_on, created_at)
select owner.id, case when i % 3 = 0 then 'won' else 'new' end, 'deal ' || i,
  case when owner.login in ('mallory', 'max') then i else 777001.77 - i % 7 end,
  case when owner.login in ('mallory', 'max') then i % 50 else 31337 - i % 5 end,
  case when owner.login in ('mallory', 'max') then date '2026-01-01' else date '2031-07-19' end,
  timestamptz '2026-01-01' + i * interval '1 minute'
from generate_series(1, 6000) as i
join crm.person as owner on owner.id = 1 + i % 6;
insert into shop.note (deal_id, deal_owner, deal_stage, body, price)
select id, owner_id, stage, 'note', margin from shop.deal where id <= 600;
insert into shop.safe (owner_id, amount) select 1 + i % 6, i from generate_series(1, 600) as i;
insert into shop.plain (owner_id, title) select 1 + i % 6, 'plain ' || i from generate_series(1, 60) as i;
create index deal_owner on shop.deal (owner_id, created_at desc);
create index deal_created on shop.deal (created_at);
create index deal_margin on shop.deal (margin);
analyze;
"""


ASSIGN = """
insert into rls.assignment (role, principal_kind, principal_id, valid_until)
select %(role)s, 'person', id, case when %(role)s = 'deputy' then now() - interval '1 day' end
from crm.person
where login = %(login)s
"""


def wanted(roles: str = ROLES, entities: str = ENTITIES) -> Definition:
    """Return the company's definition."""
    return definition(entities, roles)


def found(connection: psycopg.Connection) -> None:
    """Make the company, its people and its rights."""
    install(connection)
    connection.execute("insert into crm.department (name) values ('East'), ('West')")
    for login in PEOPLE:
        name = sql.Identifier(login)
        connection.execute(sql.SQL("create role {} login password {}").format(name, sql.Literal(f"{login}-secret")))
        connection.execute(
            "with made as (insert into crm.person (login, name) values (%s, %s) returning id)"
            " insert into crm.department_member"
            " select case when %s in ('dora', 'nina') then 2 else 1 end, id from made",
            [login, login.title(), login],
        )
    connection.execute(TABLES)
    deploy(connection, wanted())
    for login, roles in PEOPLE.items():
        for role in roles:
            connection.execute(ASSIGN, {"role": role, "login": login})


BUILDERS[KIND] = found
