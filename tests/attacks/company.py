"""The company that is attacked.

mallory manages records of their own, reads the department's leads, changes the
department's tickets, writes everybody's invoices, as bob does, and stands in
for the director from next week on.  eve
only manages.  tess does, too, and has what docs/dba.md gives back to BI tools:
temporary tables and functions of her own.  bob sits beside them, dave in
another department; carol directs.  What mallory may not see says HIDDEN, costs
777001.77, or closes on 2031-07-19; the column nobody may see holds 31337.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from rls.definition.model import Definition
from rls.installation import install
from rls.plan import deploy
from tests.database.company import assign, definition, person

ENTITIES = """
entities:
  deal:
    table: crm.deal
    owner: owner_id
    open: is_open
    stage: stage
    pipeline: pipeline
    pipelines: {sales: [prospecting, engaging, won, lost]}
    columns: [id, owner_id, is_open, pipeline, stage, title, code, company_id, contact_id, lead_id, product_id,
      amount, currency, probability, engaged_on, closed_on, created_at, created_by]
  lead: {table: crm.lead, owner: owner_id, open: is_open, stage: stage, stages: [new, in_process, converted, junk]}
  contact: {table: crm.contact, owner: owner_id, open: is_open}
  company: {table: crm.company, owner: owner_id, open: is_open}
  ticket: {table: crm.ticket, owner: owner_id, open: is_open}
  product: {table: crm.product}
  invoice: {table: crm.invoice, owner: owner_id, create_budget: {rows: 60, per: week, statement: 3}}
  activity:
    table: crm.activity
    parents: {deal_id: deal, lead_id: lead}
    carries: {owner: parent_owner_id, open: parent_is_open, stage: parent_stage, pipeline: parent_pipeline}
"""

ROLES = """
roles:
  manager: {permissions: {"*": own, product: {read: all, create: all}}}
  visitor: {permissions: {lead: {read: department}}}
  clerk: {permissions: {ticket: {update: department, delete: department}}}
  biller: {permissions: {invoice: {read: all, create: all}}}
  stand_in: {timed: true, permissions: {deal: all, company: all}}
  director: {permissions: {"*": all}}
  guest: {description: Nothing yet}
"""

PEOPLE = {
    "mallory": ("East",),
    "eve": ("East",),
    "tess": ("East",),
    "bob": ("East",),
    "carol": ("Company",),
    "dave": ("West",),
}

HELD = {
    "manager": ("mallory", "eve", "tess", "bob", "dave"),
    "visitor": ("mallory",),
    "clerk": ("mallory",),
    "biller": ("mallory", "bob"),
    "guest": ("mallory",),
    "director": ("carol",),
}

POOL = "crm_app"
DEPLOYER = "deployer"

RECORDS = """
with who as (select * from crm.person),
company as (
  insert into crm.company (owner_id, name, email, revenue, employees)
  select id, case when login in ('mallory', 'eve', 'tess') then 'own' else 'HIDDEN' end || ' company of ' || login,
    login || '@company.example', case when login in ('mallory', 'eve', 'tess') then 1 else 777001.77 end, 10
  from who returning id, owner_id),
contact as (
  insert into crm.contact (owner_id, name, email, company_id)
  select who.id, case when login in ('mallory', 'eve', 'tess') then 'own' else 'HIDDEN' end || ' contact of ' || login,
    login || '@contact.example', company.id
  from who join company on company.owner_id = who.id returning id, owner_id),
lead as (
  insert into crm.lead (owner_id, title, comment, amount)
  select who.id, case when login in ('dave', 'carol') then 'HIDDEN' else 'own' end || ' lead of ' || login, '',
    case when login in ('dave', 'carol') then 777001.77 else 1 end
  from who where login <> 'eve' returning id, owner_id),
ticket as (
  insert into crm.ticket (owner_id, title, description)
  select id, case when login in ('mallory', 'eve', 'tess') then 'own' else 'HIDDEN' end || ' ticket of ' || login, ''
  from who returning id, owner_id),
deal as (
  insert into crm.deal (owner_id, title, amount, margin, probability, stage, closed_on, company_id, contact_id, currency)
  select who.id, case when login in ('mallory', 'eve', 'tess') then 'own' else 'HIDDEN' end || ' deal of ' || login,
    case when login in ('mallory', 'eve', 'tess') then 1 else 777001.77 end, 31337, case when login in ('mallory', 'eve', 'tess') then 1 else 73 end,
    case when login in ('mallory', 'eve', 'tess') then 'prospecting' else 'won' end,
    case when login in ('mallory', 'eve', 'tess') then date '2026-01-01' else date '2031-07-19' end, company.id, contact.id,
    case when login in ('mallory', 'eve', 'tess') then 'EUR' else 'CHF' end
  from who join company on company.owner_id = who.id join contact on contact.owner_id = who.id
  returning id, owner_id)
insert into crm.activity (deal_id, subject)
select deal.id, case when login in ('mallory', 'eve', 'tess') then 'own' else 'HIDDEN' end || ' activity of ' || login
from deal join who on who.id = deal.owner_id
"""

MORE = """
insert into crm.deal (owner_id, title, amount, margin, stage, closed_on, probability)
select id, 'HIDDEN', 777001 + n, 31337, (array['prospecting', 'engaging', 'won', 'lost'])[1 + n % 4],
  date '2031-07-19', 73
from crm.person, generate_series(1, 200) as n where login = 'dave';
insert into crm.deal (owner_id, title, amount, closed_on, probability)
select id, 'own', n, date '2026-01-01', 1 from crm.person, generate_series(1, 50) as n where login in ('mallory', 'eve');
insert into crm.product (name, price) values ('a product', 1)
"""


def rights() -> Definition:
    """Return the definition in force."""
    return definition(ENTITIES, ROLES)


def found(connection: psycopg.Connection) -> None:
    """Install Rowlock in an empty database and open the company."""
    install(connection)
    connection.execute("insert into crm.department (name) values ('Company')")
    for name in ("East", "West"):
        connection.execute(
            "insert into crm.department (name, parent_id) select %s, id from crm.department where name = 'Company'",
            (name,),
        )
    for login, departments in PEOPLE.items():
        person(connection, login, departments)
    deploy(connection, rights())
    for role, logins in HELD.items():
        for login in logins:
            assign(connection, role, login)
    connection.execute("""
        insert into rls.assignment (role, principal_kind, principal_id, valid_from)
        select 'stand_in', 'person', id, now() + interval '7 days' from crm.person where login = 'mallory';
        insert into rls.assignment (role, principal_kind, principal_id, valid_from, valid_until)
        select 'stand_in', 'person', id, now() - interval '1 day', now() + interval '7 days'
        from crm.person where login = 'bob'
    """)
    connection.execute(RECORDS)
    connection.execute(MORE)
    connection.execute("analyze")
    _others(connection)


def _others(connection: psycopg.Connection) -> None:
    """Make the logins that are no people: a pool's, and a deployer's, who owns the tables as whoever installs does."""
    for login, options in ((POOL, "noinherit"), (DEPLOYER, "")):
        connection.execute(
            sql.SQL("create role {} login " + options + " password {}").format(
                sql.Identifier(login), sql.Literal(f"{login}-secret")
            )
        )
    connection.execute("insert into rls.pool (login) values (%s)", (POOL,))
    connection.execute(sql.SQL("grant crm_owner to {}").format(sql.Identifier(DEPLOYER)))
    name = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL("grant temporary on database {} to tess").format(name))
    connection.execute("grant usage on language sql, plpgsql to tess")
