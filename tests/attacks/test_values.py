"""What can be told of hidden rows whose keys one knows: exactly what is listed as open, with and without hardening."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.attacks.everything import ATTACKS
from tests.attacks.installations import achieved, installation
from tests.attacks.opened import HARDENED, KEYS, OPEN, TOLD, TOLD_OF_ONES_OWN
from tests.attacks.values import TABLES, Guesses
from tests.fixtures.database import Cluster

SOME = TABLES if os.environ.get("ROWLOCK_LONG") == "1" else ("deal", "contact")
"""Every column of two tables, and for who has one role of all four; ``ROWLOCK_LONG=1``: of all four always."""


@pytest.fixture(scope="module")
def guesses(cluster_of: Callable[[str], Cluster]) -> Iterator[Guesses]:
    """Give a company with hidden rows."""
    with cluster_of("installed").database("installed") as database:
        yield Guesses(database)


def told(guesses: Guesses) -> dict[str, set[str]]:
    """Return who can tell what of others' rows."""
    found = {who: guesses.told(who, TABLES if who == "own" else SOME) for who in TOLD}
    return {who: {what for what, _ in each} for who, each in found.items()}


def told_of_ones_own(guesses: Guesses) -> dict[str, set[str]]:
    """Return who can tell what of records of their own that their stage hides."""
    found = {who: guesses.told(who, ("deal",), ones_own=True) for who in TOLD_OF_ONES_OWN}
    return {who: {what for what, _ in each} for who, each in found.items()}


def test_values_as_installed(guesses: Guesses) -> None:
    """With one role, nothing of a column without an index is told."""
    assert told(guesses) == {who: open_ for who, (open_, _) in TOLD.items()}
    assert told_of_ones_own(guesses) == {who: open_ for who, (open_, _) in TOLD_OF_ONES_OWN.items()}


def test_values_hardened(guesses: Guesses) -> None:
    """What is compared by a function that leaks is asked after the policies, by everybody."""
    assert guesses.database.invoke(["harden"]).exit_code == 0

    assert told(guesses) == {who: open_ for who, (_, open_) in TOLD.items()}
    assert told_of_ones_own(guesses) == {who: open_ for who, (_, open_) in TOLD_OF_ONES_OWN.items()}


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
