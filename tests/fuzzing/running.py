"""Attack one random company after another, and make what is found small."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from random import Random

from tests.access.ground import dumped
from tests.fixtures.database import Database
from tests.fuzzing.bulk import bulk
from tests.fuzzing.draws import Draw, shrink
from tests.fuzzing.reading import reading
from tests.fuzzing.verdicts import Verdict
from tests.fuzzing.world import World
from tests.fuzzing.writing import defining, writing
from tests.oracle.company import Person
from tests.oracle.oracle import roles_of

KINDS = (reading,) * 30 + (writing,) * 14 + (bulk,) * 5 + (defining,)
PER_COMPANY = 2500
"""How many statements one company is good for."""

Weaken = Callable[[World], None]


@dataclass(frozen=True)
class Failure:
    """A difference between server and oracle, as small as it could be made."""

    seed: str
    person: str
    roles: tuple[str, ...]
    problem: str
    script: list[str]
    definition: str

    def __str__(self) -> str:
        lines = [line if line.startswith("--") else f"{line};" for line in self.script]
        return "\n".join(
            (
                f"-- company {self.seed!r}; {self.person} holds {', '.join(self.roles)}",
                *(f"-- {line}" for line in self.problem.splitlines()),
                *lines,
            )
        )


@dataclass
class Report:
    """What a run did."""

    seed: str
    server: str = ""
    companies: int = 0
    compared: int = 0
    refused: int = 0
    rejected: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    failure: Failure | None = None
    seconds: float = 0

    def add(self, verdict: Verdict) -> None:
        """Count what came out of a case."""
        self.compared += verdict.compared
        self.refused += verdict.refused
        self.rejected += verdict.rejected
        self.kinds[verdict.kind] += verdict.compared
        self.states.update(verdict.states)

    def __str__(self) -> str:
        share = self.rejected / max(self.compared, 1)
        kinds = ", ".join(f"{kind} {number:,}" for kind, number in self.kinds.most_common())
        states = ", ".join(f"{state} {number:,}" for state, number in self.states.most_common(8))
        return (
            f"PostgreSQL {self.server}, seed {self.seed}: {self.compared:,} statements compared with the oracle"
            f" ({kinds}), {self.companies} companies, {self.seconds:.0f} s\n"
            f"{self.refused:,} refused for want of a right, {self.rejected:,} ({share:.1%}) rejected by other errors"
            f" ({states})\n" + (str(self.failure) if self.failure else "no difference")
        )


Databases = Callable[[], AbstractContextManager[Database]]


def attack(
    databases: Databases, seed: str, statements: int, *, seconds: float | None = None,
    tell: Callable[[Report], None] | None = None, weaken: Weaken | None = None, per_company: int = PER_COMPANY,
) -> Report:  # fmt: skip
    """Compare a number of statements, or until the time is over or a difference is found.

    :param weaken: what makes an installation wrong, to see that it is found.
    """
    report, started = Report(seed), time.monotonic()
    end = started + seconds if seconds is not None else None

    def going_on(goal: int) -> bool:
        late = end is not None and time.monotonic() > end
        return report.failure is None and report.compared < goal and not late

    while going_on(statements):
        with world_of(databases, f"{seed}:{report.companies}", weaken) as world:
            report.companies += 1
            report.server = world.admin.info.parameter_status("server_version") or ""
            goal = min(statements, report.compared + per_company)
            random = Random(world.seed + ":cases")
            while going_on(goal):
                report.failure = one_case(world, random, report)
        report.seconds = time.monotonic() - started
        if tell:
            tell(report)
    return report


@contextmanager
def world_of(databases: Databases, seed: str, weaken: Weaken | None) -> Iterator[World]:
    """Give a company on a database of its own in which somebody can do something."""
    with databases() as database:
        world = World(database, seed)
        try:
            if weaken:
                weaken(world)
            yield world
        finally:
            world.close()


def one_case(world: World, random: Random, report: Report) -> Failure | None:
    """Try one case; return what is wrong, made small."""
    person, kind = random.choice(world.people), random.choice(KINDS)
    draw = Draw(random)
    verdict = kind(world, person, draw)
    report.add(verdict)
    if verdict.problem is None:
        return None

    def fails(choices: list[int]) -> bool:
        return kind(world, person, Draw(choices)).problem is not None

    small = shrink(draw.made, fails) if fails(draw.made) else draw.made
    return failure(world, person, kind(world, person, Draw(small)), verdict)


def failure(world: World, person: Person, small: Verdict, first: Verdict) -> Failure:
    """Return a failure from the small case, or from the first one if that fails no more."""
    shown = small if small.problem else first
    company = world.company
    return Failure(
        world.seed, person.login, tuple(roles_of(company, person)), shown.problem or "", shown.script,
        dumped(company.definition),
    )  # fmt: skip
