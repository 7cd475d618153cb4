"""The comparison must be able to fail: wrong policies, made on purpose, are found out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.access.enumeration import ME, node, numbered, records, staffed
from tests.access.ground import install
from tests.access.judge import Judge, Verdict
from tests.fixtures.database import Database
from tests.oracle.company import Company, Person

ENTITY = {"table": "t.full", "owner": "owner_id", "open": "is_open", "stage": "stage", "stages": ["new", "won"]}
ROLES = {
    "near": {"permissions": {"full": node("department", "own")}},
    "far": {"permissions": {"full": node("none", "all", ["read"])}},
    "writer": {"permissions": {"full": node("open", "inherit", ["update"])}},
}
HOLDERS = [("near",), ("far",), ("near", "writer"), ("far", "writer")]


def company(rule: str = "highest") -> tuple[Company, list[Person]]:
    """Return a small company."""
    return staffed({"several_roles": rule, "entities": {"full": ENTITY}, "roles": ROLES}, HOLDERS)


def judged(connection: psycopg.Connection, there: Company, viewers: list[Person]) -> Verdict:
    """Try everything there is."""
    judge = Judge(connection, there, numbered(records("full", stages=("new", "won", None))), ME)
    for viewer in viewers:
        with judge.handed_to(viewer) as rows:
            judge.everything(viewer, rows)
            judge.creations(viewer, rows)
            judge.moves(viewer, [(old, new) for old in rows[::7] for new in rows[::11]])
            won = [replace(row.record, stage="won") for row in rows]
            judge.sweeping_move(viewer, "stage = 'won'", won)
    return judge.verdict


def body(name: str, expression: str) -> Callable[[psycopg.Connection], None]:
    """Return what replaces a predicate's expression."""

    def change(connection: psycopg.Connection) -> None:
        ((text,),) = connection.execute(
            "select pg_get_functiondef(oid) from pg_proc where proname = %s and pronamespace = 'rls'::regnamespace",
            (name,),
        ).fetchall()
        head, _, old = text.partition("\nRETURN ")
        assert old, text
        connection.execute(f"{head}\nRETURN {expression}".encode())

    return change


def statement(text: str) -> Callable[[psycopg.Connection], None]:
    """Return what runs one statement."""

    def run(connection: psycopg.Connection) -> None:
        connection.execute(text.encode())

    return run


WRONG = {
    "a predicate that is true": body("near_reads", "true"),
    "a predicate that is false": body("near_reads", "false"),
    "creation of anything": body("near_creates", "true"),
    "an update of what cannot be read": body("writer_updates", '("full").is_open'),
    "a delete predicate that forgets the stage": body("near_deletes", 'department_reached[("full").owner_id]'),
    "no row security": statement("alter table t.full disable row level security"),
    "a policy too many": statement("create policy oops on t.full for select using (stage = 'won')"),
    "a policy too few": statement("drop policy writer_updates on t.full"),
    "a membership too many": statement("grant crm_near to viewer_1_two"),
    "a reach that lost the department": statement("update rls.team set department_reached = '{}'"),
    "a check that lets everything through": statement("alter policy near_updates on t.full with check (true)"),
}


def test_the_right_policies_pass(database: Database, tmp_path: Path, count_decisions: Callable[[int], None]) -> None:
    """Nothing differs before anything is made wrong; each wrong policy is found out, and undone."""
    connection = database.connect()
    there, viewers = company()
    install(connection, there, tmp_path)
    Judge(connection, there, numbered(records("full", stages=("new", "won", None))), ME).store()
    right = judged(connection, there, viewers)
    count_decisions(right.decisions)

    assert not right.differences, str(right)
    for name, make_wrong in WRONG.items():
        with connection.transaction(force_rollback=True):
            make_wrong(connection)

            assert judged(connection, there, viewers).differences, name


@pytest.mark.parametrize("decisions", [0, 3])
def test_a_verdict_says_how_many_decisions_it_rests_on(decisions: int) -> None:
    """Nothing compared is not nothing found."""
    assert f"of {decisions} decisions" in str(Verdict(decisions))
