"""Counters of budgets changed by hand: found, mended by apply; and what they let somebody do until then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg
import pytest

from rls.definition.model import Budget, Definition
from rls.doctor import examine
from rls.drift.counters import miscounting
from rls.names import Installation
from rls.plan import apply_in_phases, deploy, make_plan
from rls.state.objects import Deviation
from tests.database.company import assert_converged, mended, open_company, standing
from tests.fixtures.database import Cluster, Database

RIGHTS = """
roles:
  seller: {permissions: {deal: {read: all}}}
assignments:
  - {role: seller, to: {person: alice}}
"""

BUDGET = 2

CHANGED = "(alice, read of deal) was changed by hand"
GRANTED = "(alice, read of deal) is granted"

BY_HAND = {
    "grant update on sequence {alice} to alice": f"{GRANTED} update to alice, usage to alice",
    "grant usage on sequence {alice} to bob": f"{GRANTED} usage to alice, usage to bob",
    "grant select on sequence {alice} to public": f"{GRANTED} select to PUBLIC, usage to alice",
    "grant usage on sequence {alice} to alice with grant option": f"{GRANTED} usage with grant option to alice",
    "revoke usage on sequence {alice} from alice": f"{GRANTED} to nobody",
    "alter sequence {alice} increment 5": CHANGED,
    "alter sequence {alice} increment -1": CHANGED,
    "alter sequence {alice} maxvalue 9000000000000000000": CHANGED,
    "alter sequence {alice} cycle": CHANGED,
    "alter sequence {alice} minvalue -10": CHANGED,
    "alter sequence {alice} start 7": CHANGED,
    "alter sequence {alice} cache 50": CHANGED,
    "alter sequence {alice} owner to bob": CHANGED,
    "alter sequence {alice} set schema public": CHANGED,
    "alter sequence {alice} rename to mine": CHANGED,
    "alter sequence {alice} set unlogged": CHANGED,
    "drop sequence {alice}": CHANGED,
    "drop sequence {alice}; create sequence {alice}; grant usage on sequence {alice} to alice": CHANGED,
    "update rls.counter set sequence = {bob} where login = 'alice'": CHANGED,
    "update rls.counter set sequence = null where login = 'alice'": CHANGED,
    "delete from rls.counter where login = 'alice'": "of alice has no counter for deal, read",
    "update rls.counter set entity = 'lead' where login = 'alice'": "of alice has a counter too many for lead, read",
    "update rls.counter set login = null, entity = null, kind = null; drop sequence {alice}": (
        "(nobody) was changed by hand"
    ),
}


def wanted() -> Definition:
    """Return the definition with a budget for deals."""
    there = standing(RIGHTS)
    entities = (
        replace(one, read_budget=Budget(BUDGET, "week")) if one.name == "deal" else one for one in there.entities
    )
    return replace(there, entities=tuple(entities))


@pytest.fixture(scope="module")
def database(cluster_of: Callable[[str], Cluster]) -> Iterator[Database]:
    """Give a company of four, each with a deal; alice reads all four, two a week."""
    with cluster_of("installed").database("installed") as database:
        connection, _ = open_company(database, RIGHTS)
        deploy(connection, wanted())
        connection.execute("alter role alice password 'alice-secret'")
        yield database


@pytest.fixture(scope="module")
def company(database: Database) -> Iterator[psycopg.Connection]:
    """Give the administrator's connection to it, in order; nothing done to it lasts."""
    with database.connect() as connection:
        assert_converged(connection, wanted())
        yield connection
        assert_converged(connection, wanted())


def named(company: psycopg.Connection, text: str) -> bytes:
    """Return SQL with the name of alice's sequence for ``{alice}``, and bob's as a value for ``{bob}``."""
    names: dict[str, str] = dict(company.execute("select login, sequence::text from rls.counter").fetchall())
    return text.replace("{alice}", names["alice"]).replace("{bob}", f"'{names['bob']}'").encode()


def wrong(company: psycopg.Connection) -> list[Deviation]:
    """Return what is found."""
    return list(miscounting(company, Installation(), 0))


@pytest.mark.parametrize("by_hand, text", BY_HAND.items())
def test_it_is_found_and_mended(company: psycopg.Connection, by_hand: str, text: str) -> None:
    """Each is named; its statements leave nothing to find, and everybody counted."""
    with company.transaction(force_rollback=True):
        try:
            company.execute(named(company, by_hand))
        except psycopg.errors.SyntaxError:
            pytest.skip("not on this major")
        found = wrong(company)
        assert any(text in str(each) for each in found), found
        for statement in (statement for each in found for statement in each.statements):
            company.execute(statement.encode())

        assert wrong(company) == []
        assert company.execute("select count(*) from rls.budget_use").fetchone() == (4,)


def test_verify_finds_it_and_apply_mends_it(company: psycopg.Connection) -> None:
    """With what else is wrong."""
    with company.transaction(force_rollback=True):
        company.execute(named(company, "drop sequence {alice}; delete from rls.counter where login = 'bob'"))
        lines = mended(company, wanted())

        assert any(f"~ counter rls_counter.counter_1 {CHANGED}" in line for line in lines), lines
        assert "~ counter rls.counter of bob has no counter for deal, read" in lines


def reads(connection: psycopg.Connection) -> int:
    """Return how many deals somebody gets, one at a time."""
    found = 0
    for number in range(1, 5):
        try:
            found += len(connection.execute("select title from crm.deal where id = %s", [number]).fetchall())
        except psycopg.errors.ConfigurationLimitExceeded:
            continue
    return found


def test_who_may_set_a_counter_back_is_held_to_nothing(database: Database, company: psycopg.Connection) -> None:
    """Until apply has taken it away; doctor says who it is."""
    company.execute("select rls.reset_budget('alice', 'deal', 'read', 'test')")
    with database.connect("alice") as alice:
        assert reads(alice) == BUDGET
        assert reads(alice) == 0
        number = company.execute("select sequence::oid from rls.counter where login = 'alice'").fetchone()
        assert number is not None
        back = f"select setval({number[0]}::regclass, 1)".encode()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            alice.execute(back)
        company.execute(named(company, "grant update on sequence {alice} to alice"))
        alice.execute(back)
        assert reads(alice) == BUDGET, "the attack works where the privilege is there"
        assert "update for alice" in str(examine(company, {"budgets"}).findings)

        apply_in_phases(company, make_plan(company, wanted()))

        assert examine(company, {"budgets"}).findings == ()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            alice.execute(back)
        assert reads(alice) == 0
