"""verify and apply as people run them, on a database somebody worked on by hand."""

from __future__ import annotations

import json

from rls.plan import apply_in_phases, make_plan
from tests.database.company import assert_converged, column, open_company
from tests.fixtures.database import Database

RIGHTS = """
roles:
  manager: {permissions: {deal: own, lead: own, product: {read: all}}}
  director: {permissions: {"*": all}}
assignments:
  - {role: director, to: {person: carol}}
  - {role: manager, to: {department: Company/East}}
"""


def test_several_at_once_by_phases(database: Database) -> None:
    """Apply as people run it mends what locks tables and what does not."""
    connection, wanted = open_company(database, RIGHTS)
    several = (
        "drop function rls.stamp() cascade",
        "alter table crm.deal owner to alice",
        "alter table rls.reach disable row level security",
        "alter policy self on rls.reach using (true)",
        "alter function rls.caller() owner to bob",
        "alter table crm.department_member disable trigger user",
        "alter role crm_everyone login",
    )
    for statement in several:
        connection.execute(statement)

    apply_in_phases(connection, make_plan(connection, wanted))

    assert_converged(connection, wanted)
    assert database.invoke(["verify"]).exit_code == 0


def test_what_triggers_missed_is_made_up_for(database: Database) -> None:
    """Rights follow what happened while nothing followed."""
    connection, wanted = open_company(database, RIGHTS)
    connection.execute(
        "insert into crm.activity (deal_id, subject) select id, title from crm.deal where title = 'alice'"
    )
    connection.execute("""
        alter table crm.deal disable trigger user;
        alter table crm.department_member disable trigger user;
        update crm.deal set owner_id = (select id from crm.person where login = 'dave') where title = 'alice';
        insert into crm.department_member
        select department.id, person.id from crm.department, crm.person
        where department.name = 'East' and login = 'dave'
    """)

    apply_in_phases(connection, make_plan(connection, wanted))

    assert column(
        connection, "select login from crm.person where id in (select parent_owner_id from crm.activity)"
    ) == ["dave"]
    reached = """
        select cardinality(team.department_owners)
        from rls.reach
        join rls.team on team.id = reach.team
        where reach.login = 'dave'
    """
    assert column(connection, reached) == [3]
    assert column(database.connect("dave"), "select subject from crm.activity") == ["alice"]


def test_verify_says_all_in_lines_and_json(database: Database) -> None:
    """What it is, why it matters, the statement; exit 1, and 0 after that was run."""
    connection, _ = open_company(database)
    connection.execute("grant pg_read_all_data to bob; create materialized view crm.frozen as select * from crm.deal")

    told = database.invoke(["verify"])
    data = json.loads(database.invoke(["verify", "--json"]).stdout)

    assert told.exit_code == 1
    assert told.stdout.splitlines() == [
        (
            "! membership bob: is a member of pg_read_all_data: gives rights that no definition gives "
            "[revoke pg_read_all_data from bob granted by postgres cascade;]"
        ),
        (
            "! materialized view crm.frozen: holds rows of crm.deal: whoever may read it is past everybody's policies "
            "[drop materialized view crm.frozen;]"
        ),
        "Not Rowlock's to undo: 1 error, 1 warning; a DBA may run the statements in brackets.",
    ]
    assert data["schema_version"] == 1
    assert data["empty"]
    for one in data["findings"]:
        connection.execute(one["statement"])
    assert [one["severity"] for one in data["findings"]] == ["error", "warning"]
    assert database.invoke(["verify"]).exit_code == 0


def test_a_publication_is_worth_a_note(database: Database) -> None:
    """Often meant: it is told, and is no failure."""
    connection, _ = open_company(database)
    connection.execute(
        "create publication warehouse for table crm.deal, crm.lead; create publication all_of_it for all tables"
    )

    told = database.invoke(["verify"])

    assert told.exit_code == 0
    assert "! publication warehouse: sends every row of crm.deal, crm.lead: " in told.stdout
    assert "[alter publication warehouse drop table crm.deal, crm.lead;]" in told.stdout
    assert "! publication all_of_it: sends every row of all tables: " in told.stdout
    assert "Not Rowlock's to undo: 2 notes;" in told.stdout
