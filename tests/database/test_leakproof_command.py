"""Who may make leakproof operators, and take them away."""

from __future__ import annotations

from tests.database.company import open_company
from tests.database.test_leakproof import RIGHTS
from tests.fixtures.database import Database


def test_who_may(database: Database) -> None:
    """A superuser, unless the database is hardened; others are told, and may look; all of it can be undone."""
    connection, _ = open_company(database, RIGHTS)
    connection.execute("create role deployer login password 'deployer-secret' in role crm_rls_owner, crm_owner")
    refused = database.invoke(["leakproof"], user="deployer")
    assert refused.exit_code == 2
    assert "leakproof functions are a superuser's: log in as one" in refused.stderr
    script = database.invoke(["leakproof", "--check"], user="deployer")
    assert script.exit_code == 1
    database.invoke(["harden"])
    assert "the database is hardened" in database.invoke(["leakproof"]).stderr
    database.invoke(["harden", "--undo"])

    connection.execute(script.stdout.encode())

    assert database.invoke(["leakproof", "--check"]).exit_code == 0
    assert database.invoke(["leakproof", "--undo", "--check"]).exit_code == 1
    assert "is dropped" in database.invoke(["leakproof", "--undo"]).stderr
    assert "nothing to drop" in database.invoke(["leakproof", "--undo"]).stderr
