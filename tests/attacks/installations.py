"""Installations to attack: Rowlock's, one with some defences switched off, the naive one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from tests.attacks.attack import Attack, Control
from tests.attacks.company import found
from tests.attacks.defences import BY_NAME, DEFENCES
from tests.attacks.ground import Ground
from tests.attacks.switching import Defence
from tests.fixtures.database import BUILDERS, Cluster

KIND = "attacked"
BUILDERS[KIND] = found

ROWS = (
    "row security",
    "force",
    "reach under row security",
    "roles follow the clock",
    "the clock, not the transaction's",
)
"""Without these everybody sees everything anyway."""


@contextmanager
def installation(cluster: Cluster, off: Iterable[Defence] = (), superusers: Iterable[str] = ()) -> Iterator[Ground]:
    """Give an installation of its own with some defences switched off."""
    with cluster.database(KIND) as database:
        ground = Ground(database)
        try:
            for defence in off:
                if ground.version in defence.versions:
                    ground.admin.execute(defence.off)
            for login in superusers:
                ground.admin.execute(f"alter role {login} superuser".encode())
            yield ground
        finally:
            ground.close()


@contextmanager
def controlled(cluster: Cluster, control: Control) -> Iterator[Ground]:
    """Give the installation on which attacks of a kind succeed."""
    if control == "superuser":
        with installation(cluster, superusers=("mallory", "crm_app")) as ground:
            yield ground
        return
    with installation(cluster, [each for each in DEFENCES if control == "naive" or each.name not in ROWS]) as ground:
        yield ground


def behind(defence: Defence) -> list[Defence]:
    """Return the defences in front of one."""
    return [BY_NAME[name] for name in defence.behind]


def achieved(ground: Ground, attacks: Iterable[Attack]) -> set[str]:
    """Try attacks; return the names of those that achieve something."""
    return {attack.name for attack in attacks if attack.applies(ground) and attack.run(ground)}
