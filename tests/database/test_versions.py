"""The versions of what a plan is made from: any change that matters shows, and nobody's work does."""

from __future__ import annotations

from typing import LiteralString

from rls.plan import make_plan
from rls.plan.plan import holds
from tests.database.company import open_company
from tests.fixtures.database import Database

MATTERS: tuple[LiteralString, ...] = (
    "drop policy manager_reads on crm.deal",
    "create policy open on crm.deal for select using (true)",
    "alter policy manager_reads on crm.deal to crm_head",
    "alter table crm.deal no force row level security",
    "alter table crm.deal add column secret text",
    "alter table crm.deal rename column title to name",
    "drop view crm_read.deal, crm_all.deal; alter table crm.deal alter column amount type real",
    "alter table crm.deal alter column title set default nextval('rls.history_id_seq')",
    "alter table crm.deal disable trigger all",
    "alter table crm.deal owner to postgres",
    "create function rls.open(crm.deal) returns boolean return true",
    "alter function rls.caller() security definer",
    "alter function rls.caller() owner to postgres",
    "grant select (title) on crm.deal to public",
    "grant delete on crm.deal to crm_manager",
    "grant usage on schema rls to public",
    "create view crm.leak as select * from crm.deal",
    "create table crm.part () inherits (crm.deal)",
    "create rule quiet as on delete to crm.deal do instead nothing",
    "alter default privileges in schema crm grant select on tables to public",
    "alter role crm_manager login",
    "grant crm_manager to crm_head",
    "create role somebody",
    "update rls.role set timed = true where name = 'head'",
    "delete from rls.applied where kind = 'policy'",
    "insert into rls.assignment (role, principal_kind) values ('manager', 'everyone')",
    "update rls.installation set definition = null",
    "insert into crm.person (login, name) values ('newcomer', 'New')",
    "insert into crm.department (name) values ('West')",
)

WORK: tuple[LiteralString, ...] = (
    "insert into crm.deal (title) values ('new')",
    "update crm.deal set title = 'renamed'",
    "analyze crm.deal",
    "create temporary table notes (text text)",
    "select * from crm.deal for update",
)


def test_what_matters_shows(database: Database) -> None:
    """Whatever a plan looks at, changed by hand, makes it a plan to be made again."""
    connection, wanted = open_company(database)
    plan = make_plan(connection, wanted)
    unseen = []
    for statement in MATTERS:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
            if holds(connection, plan):
                unseen.append(statement)

    assert unseen == []
    assert holds(connection, plan)


def test_work_does_not_show(database: Database) -> None:
    """Records come and go, and the plan still holds."""
    connection, wanted = open_company(database)
    plan = make_plan(connection, wanted)
    for statement in WORK:
        connection.execute(statement)

    assert holds(connection, plan)
