"""Random SQL against the oracle, and proof that a missing defence is found.

``ROWLOCK_LONG=1`` compares a hundred thousand statements; ``python -m tests.fuzzing`` as many as wanted.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable

import pytest

from tests.fixtures.database import Cluster
from tests.fuzzing.running import Report, attack
from tests.fuzzing.world import World

LONG = os.environ.get("ROWLOCK_LONG") == "1"
STATEMENTS = 100_000 if LONG else 300
PROOF = 3000
"""Within so many statements a missing defence must be found."""
SMALL = 20
"""How many lines a shrunk script may have."""


@pytest.fixture
def attacked(cluster_of: Callable[[str], Cluster]) -> Callable[..., Report]:
    """Return a function that attacks companies on databases of their own."""
    cluster = cluster_of("installed")

    def run(seed: str, statements: int, weaken: Callable[[World], None] | None = None) -> Report:
        return attack(lambda: cluster.database("installed"), seed, statements, weaken=weaken)

    return run


@pytest.mark.parametrize("seed", ["fields", None], ids=["the same seed", "a new seed"])
def test_random_statements_obey_the_oracle(
    attacked: Callable[..., Report], count_decisions: Callable[[int], None], seed: str | None
) -> None:
    """Rows seen and rows changed are the oracle's, and nothing else changes; most statements are no errors."""
    report = attacked(seed or secrets.token_hex(4), STATEMENTS)
    print(report)  # noqa: T201 - the seed, for who wants to see it again
    count_decisions(report.compared)

    assert report.failure is None, str(report)
    assert report.compared >= STATEMENTS
    assert report.rejected < report.compared / 10, str(report)


def statement(text: str) -> Callable[[World], None]:
    """Return what runs a statement as the administrator."""

    def run(world: World) -> None:
        world.admin.execute(text.encode())

    return run


def bodies(pattern: str, expression: str) -> Callable[[World], None]:
    """Return what gives predicates of an entity another body."""

    def change(world: World) -> None:
        found = world.admin.execute(
            "select pg_get_functiondef(oid) from pg_proc where proname ~ %s and pronamespace = 'rls'::regnamespace",
            [pattern],
        ).fetchall()
        assert found
        for (text,) in found:
            head, _, _ = text.partition("\nRETURN ")
            world.admin.execute(f"{head}\nRETURN {expression}".encode())

    return change


def triggers_off(pattern: str) -> Callable[[World], None]:
    """Return what disables triggers of every entity's table."""

    def change(world: World) -> None:
        found = world.admin.execute(
            "select format('alter table %%s disable trigger %%I', tgrelid::regclass, tgname) from pg_trigger"
            " where tgname ~ %s and tgrelid in (select oid from pg_class where relkind = 'r')",
            [pattern],
        ).fetchall()
        assert found
        for (text,) in found:
            world.admin.execute(text)

    return change


OFF = {
    "a predicate that shows everything": bodies("^(first|second|third)_reads$", "true"),
    "a predicate that shows nothing": bodies("^(first|second|third)_reads$", "false"),
    "updates of anything": bodies("^(first|second|third)_updates$", "true"),
    "creation of anything": bodies("^(first|second|third)_creates$", "true"),
    "deletion of anything": bodies("^(first|second|third)_deletes$", "true"),
    "no row security on deals": statement("alter table crm.deal disable row level security"),
    "no row security on what children carry": statement("alter table crm.activity disable row level security"),
    "a policy too many": statement("create policy oops on crm.lead for select using (is_open)"),
    "a membership too many": statement("grant crm_first, crm_second, crm_third to ann, ben, cem, dot, eli"),
    "a reach too wide": statement(
        "update rls.team set department_wide = true, department_reached = array_fill(true, array[cardinality(owners)])"
        " from (select array_agg(id) as owners from crm.person) as everybody"
    ),
    "a column too many": statement("grant select (margin) on crm.deal to public"),
    "children that are not carried along": statement("alter table crm.lead disable trigger all"),
    "a field shown in every row": bodies("^sees_", "true"),
    "fields that whoever updates may write": triggers_off("^rowlock_write_"),
    "a budget for reading that does not end": statement(
        "create or replace function rls.over_budget(wanted_entity text) returns boolean volatile security definer"
        " language sql as 'select true'"
    ),
    "imports beyond their level": triggers_off("^rowlock_created$"),
    "objects in schema public": statement("grant create on schema public to public"),
}

SHORT = ("a predicate that shows everything", "updates of anything", "children that are not carried along")
"""Those that are tried in every run; ROWLOCK_LONG tries all."""


@pytest.mark.parametrize("name", OFF if LONG else SHORT)
def test_a_missing_defence_is_found(attacked: Callable[..., Report], name: str) -> None:
    """With one defence off the attacker finds a difference soon, and says in few lines how."""
    report = attacked("fields" if "field" in name else "proof", PROOF, OFF[name])

    assert report.failure, str(report)
    assert len(report.failure.script) <= SMALL, str(report)
