"""Commands on a standby: what reads works, what writes says that it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.database.company import assign, unassign
from tests.replicas.pair import METERED, ROLES, Pair

REFUSAL = "Error: the server only reads: it is a standby, or read-only by default; name the primary"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Give files that commands read: the definition in force, another one, people, deals."""
    texts = {
        "same.yaml": METERED + ROLES,
        "other.yaml": METERED + ROLES.replace("lead: own", "lead: department"),
        "people.csv": "name\nAda Wolff\n",
        "deals.csv": "title\nFirst\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    return {name: str(tmp_path / name) for name in (*texts, "new.csv")}


@pytest.mark.parametrize(
    "command",
    [
        "verify",
        "matrix {same.yaml}",
        "matrix --person alice",
        "plan {same.yaml} --check",
        "plan {other.yaml} --no-effect",
        "plan {other.yaml} --sql",
        "compile {other.yaml}",
        "history",
        "assignments",
        "people list",
        "pool list",
        "as alice -c table(crm.deal)",
    ],
)
def test_what_reads_says_the_same_as_on_the_primary(pair: Pair, files: dict[str, str], command: str) -> None:
    """Word for word."""
    administrator = pair.administrator()
    assign(administrator, "manager", "alice")
    arguments = [_filled(word, files) for word in command.split()]
    there, here = (server.invoke(arguments) for server in (pair.standby, pair.primary))
    unassign(administrator, "manager", "alice")

    assert (there.exit_code, there.stdout) == (here.exit_code, here.stdout)
    assert (there.exit_code, there.stderr) == (0, here.stderr)


def test_rows_are_counted_on_the_standby(pair: Pair, files: dict[str, str]) -> None:
    """What a plan counts is read in transactions that can only read."""
    administrator = pair.administrator()
    assign(administrator, "manager", "alice")
    administrator.execute("insert into crm.lead (owner_id, title) select id, login from crm.person")
    there = pair.standby.invoke(["plan", files["other.yaml"], "--effect"])
    here = pair.primary.invoke(["plan", files["other.yaml"], "--effect"])
    unassign(administrator, "manager", "alice")

    assert there.stdout == here.stdout
    assert "1 of 4 people gain rows" in there.stdout


def test_drift_is_found_on_the_standby(pair: Pair) -> None:
    """As soon as it is replayed."""
    administrator = pair.administrator()
    administrator.execute("grant select on crm.deal to alice")
    found = pair.standby.invoke(["verify"])
    administrator.execute("revoke select on crm.deal from alice")

    assert found.exit_code == 1
    assert "alice" in found.stdout


@pytest.mark.parametrize(
    "command",
    [
        "apply {other.yaml} --allow-widening",
        "rollback 1 --allow-widening",
        "assign manager bob",
        "unassign manager bob",
        "people sync {people.csv} --yes",
        "load deal {deals.csv}",
        "pool add app --passwords {new.csv}",
        "init",
        "uninstall --yes",
    ],
)
def test_what_writes_refuses(pair: Pair, files: dict[str, str], command: str) -> None:
    """With one message, and nothing of it is done."""
    result = pair.standby.invoke([_filled(word, files) for word in command.split()])

    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == REFUSAL


def _filled(word: str, files: dict[str, str]) -> str:
    return files.get(word.strip("{}"), word).replace("table(crm.deal)", "table crm.deal")
