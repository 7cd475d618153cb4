"""What can be told of hidden rows whose keys one knows: exactly what is listed as open, with and without hardening."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

import pytest

from tests.attacks.everything import ATTACKS
from tests.attacks.installations import achieved, installation
from tests.attacks.opened import HARDENED, KEYS, OPEN, TOLD, TOLD_OF_ONES_OWN
from tests.attacks.values import TABLES, Guesses
from tests.fixtures.database import Cluster

LONG = os.environ.get("ROWLOCK_LONG") == "1"
"""Every column of all four tables for everybody, instead of deals, and contacts for who has two roles."""

Told = dict[str, set[str]]


@pytest.fixture(scope="module")
def guesses(cluster_of: Callable[[str], Cluster]) -> Iterator[Guesses]:
    """Give a company with hidden rows."""
    with cluster_of("installed").database("installed") as database:
        yield Guesses(database)


def told(guesses: Guesses) -> Told:
    """Return who can tell what of others' rows."""
    chosen = {
        who: TABLES if LONG else ("deal", "contact") if who in ("nested", "crossed") else ("deal",) for who in TOLD
    }
    found = {who: guesses.told(who, chosen[who]) for who in TOLD}
    return {who: {what for what, _ in each} for who, each in found.items()}


def told_of_ones_own(guesses: Guesses) -> Told:
    """Return who can tell what of records of their own that their stage hides."""
    found = {who: guesses.told(who, ("deal",), ones_own=True) for who in TOLD_OF_ONES_OWN}
    return {who: {what for what, _ in each} for who, each in found.items()}


def assert_as_listed(found: Told, listed: Mapping[str, tuple[frozenset[str], frozenset[str]]], state: int) -> None:
    """Nobody can tell more than is listed for them; and all that is listed is told by somebody.

    Which index a server chooses, and so who can tell what by one, differs between versions.
    """
    assert {who: what - listed[who][state] for who, what in found.items()} == {who: set() for who in listed}
    assert set().union(*found.values()) == set().union(*(each[state] for each in listed.values()))


def test_values_as_installed(guesses: Guesses) -> None:
    """With one role, nothing of a column without an index is told."""
    assert_as_listed(told(guesses), TOLD, 0)
    assert_as_listed(told_of_ones_own(guesses), TOLD_OF_ONES_OWN, 0)


def test_values_hardened(guesses: Guesses) -> None:
    """What is compared by a function that leaks is asked after the policies, by everybody."""
    assert guesses.database.invoke(["harden"]).exit_code == 0

    assert_as_listed(told(guesses), TOLD, 1)
    assert_as_listed(told_of_ones_own(guesses), TOLD_OF_ONES_OWN, 1)


def test_values_hardened_with_keys(guesses: Guesses) -> None:
    """Who cannot ask for a row by its key can tell nothing of it."""
    assert guesses.database.invoke(["harden", "--keys"]).exit_code == 0

    assert told(guesses) == {who: set() for who in TOLD}
    assert told_of_ones_own(guesses) == {who: set() for who in TOLD_OF_ONES_OWN}


@pytest.mark.parametrize("keys, closed", [(False, HARDENED), (True, HARDENED + KEYS)], ids=["values", "keys"])
def test_what_hardening_closes(cluster_of: Callable[[str], Cluster], keys: bool, closed: tuple[str, ...]) -> None:
    """Of the attacks that work, and nothing that does not comes back."""
    with installation(cluster_of("attacked")) as ground:
        opened = {name for each in OPEN if ground.version in each.versions for name in each.attacks}
        tried = [attack for attack in ATTACKS.values() if attack.group == "oracles"]
        expected = {attack.name for attack in tried} & opened - set(closed)
        assert ground.database.invoke(["harden", *(["--keys"] if keys else [])]).exit_code == 0

        assert achieved(ground, tried) == expected
