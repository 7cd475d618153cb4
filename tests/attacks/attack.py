"""What an attack is, and the register of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, LiteralString

import psycopg

from tests.attacks.ground import Ground

Group = Literal[
    "identity",
    "helpers",
    "plans and caches",
    "write paths",
    "imports",
    "constraints",
    "columns",
    "oracles",
    "privileges",
    "pools",
    "side channels",
]

Control = Literal["naive", "policies", "superuser", "none"]
"""Where an attack succeeds, so that it can fail: on the naive installation, on the naive one with row security left on,
or only for a superuser, since PostgreSQL itself stops it.  ``none``: where a defence says so only."""

EVERY_VERSION = range(15, 100)

Try = Callable[[Ground], object]


@dataclass(frozen=True)
class Attack:
    """Something a person tries; ``run`` says whether it achieved anything.

    ``rows`` are those of the catalogue it stands for.  ``control`` and
    ``versions`` say where it succeeds when nothing defends.
    """

    name: str
    group: Group
    what: str
    attempt: Try
    rows: tuple[str, ...] = ()
    control: Control = "naive"
    versions: range = EVERY_VERSION
    needs: str = ""

    def applies(self, ground: Ground) -> bool:
        """Tell whether the server has what the attack is about."""
        return ground.version in self.versions and ground.has(self.needs)

    def run(self, ground: Ground) -> bool:
        """Try it and leave no trace: an error of the server's means that nothing was achieved."""
        try:
            return bool(self.attempt(ground))
        except psycopg.Error:
            return False
        finally:
            ground.leave()


ATTACKS: dict[str, Attack] = {}
"""Every attack by name, in the order of their groups' modules."""


def register(attack: Attack) -> None:
    """Add an attack; its name must be its own."""
    assert attack.name not in ATTACKS, attack.name
    ATTACKS[attack.name] = attack


def attack(
    group: Group, *rows: str, control: Control = "naive", versions: range = EVERY_VERSION, needs: str = ""
) -> Callable[[Try], Try]:
    """Register a function as an attack: its name is the attack's, its docstring says what is tried."""

    def decorate(attempt: Try) -> Try:
        what = (attempt.__doc__ or "").partition("\n")[0].rstrip(".")
        name = getattr(attempt, "__name__", "").replace("_", "-")
        register(Attack(name, group, what, attempt, rows, control, versions, needs))
        return attempt

    return decorate


def statements(
    group: Group,
    *rows: str,
    texts: Mapping[str, LiteralString],
    what: str,
    person: str = "mallory",
    control: Control = "naive",
    versions: range = EVERY_VERSION,
) -> None:
    """Register statements that must be refused: each that runs has achieved what it says."""
    for name, text in texts.items():
        register(Attack(name, group, f"{what}: `{text}`", _runs(person, text), rows, control, versions))


def readings(
    group: Group,
    *rows: str,
    texts: Mapping[str, LiteralString],
    what: str,
    person: str = "mallory",
    control: Control = "naive",
    versions: range = EVERY_VERSION,
    needs: str = "",
) -> None:
    """Register queries that must show nothing hidden."""
    for name, text in texts.items():
        register(Attack(name, group, f"{what}: `{text}`", _shows(person, text), rows, control, versions, needs))


def _runs(person: str, text: LiteralString) -> Try:
    return lambda ground: ground.login(person).tries(text)


def _shows(person: str, text: LiteralString) -> Try:
    return lambda ground: ground.login(person).sees(text)
