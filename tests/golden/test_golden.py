"""Small changes of a definition, and the plan of each, byte by byte.

``pytest tests/golden --regenerate`` writes the expected files; read their diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from rls.compiler import compile_state
from rls.definition.loading import load
from rls.definition.model import Definition
from rls.names import Installation, QualifiedName
from rls.plan.diff import diff
from rls.plan.plan import Plan
from rls.plan.render import script
from rls.report.plans import plan_text
from rls.state.facts import Column, Facts, Table
from rls.state.objects import State

HERE = Path(__file__).parent
CASES = sorted(path.name for path in (HERE / "cases").iterdir())


def table(name: str, /, **columns: str) -> Table:
    """Return a table of schema crm with an identity column id."""
    found = (Column(column, kind, compared_as=kind) for column, kind in columns.items())
    return Table(QualifiedName("crm", name), (Column("id", "bigint", identity=True), *found), ("id",))


DEAL = {"owner_id": "integer", "is_open": "boolean", "stage": "text", "pipeline": "text"}
TABLES = (
    table("deal", **DEAL, title="text", rep="uuid"),
    table("activity", deal_id="bigint", subject="text", **{f"parent_{name}": kind for name, kind in DEAL.items()}),
    table("product", name="text"),
)
FACTS = Facts({each.name: each for each in TABLES}, {("subdepartments", "Company/East"): 2})


def defined(path: Path) -> Definition:
    """Return a case's definition; the entities are the common ones unless it has its own."""
    own = "entities:" in path.read_text("utf-8")
    return load([path] if own else [HERE / "entities.yaml", path])


@pytest.mark.parametrize("case", CASES)
def test_the_plan_of_a_change(case: str, request: pytest.FixtureRequest) -> None:
    """Changes, their order, and the SQL are what was read and found right."""
    directory, names = HERE / "cases" / case, Installation()
    definitions = [defined(directory / f"{name}.yaml") for name in ("rights", "after")]
    states = [compile_state(each, FACTS, names) for each in definitions]
    before = State() if case == "from_nothing" else states[0]
    plan = Plan(definitions[1], names, before, states[1], diff(before, states[1]), "")
    written = {
        "plan.txt": plan_text(plan, everything=True) + "\n",
        "plan.sql": script(plan.changes, names),
    }
    for name, text in written.items():
        if request.config.getoption("--regenerate"):
            (directory / name).write_text(text, "utf-8")

        assert text == (directory / name).read_text("utf-8")
