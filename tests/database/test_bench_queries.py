"""The benchmark of people's queries in short: its plans, never its times."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bench.queries import company, plans, plot, table
from bench.queries.asking import Asking
from bench.queries.contenders import CONTENDERS, HAND, LEAKPROOF, ROWLOCK, UNFILTERED, Contender
from bench.queries.measuring import Effort
from bench.queries.people import PEOPLE, Person, Viewer, viewers
from bench.queries.queries import QUERIES, Query, values
from bench.queries.reasons import Miss, Side
from bench.queries.running import Runner, Wanted
from bench.queries.state import Place, State
from bench.queries.targets import Spread
from tests.fixtures.database import Cluster, Database

DEALS = 20_000


@dataclass
class Bench:
    """The benchmark's company, small; what is opened for a test is closed after it."""

    database: Database
    _opened: list[psycopg.Connection] = field(default_factory=list)
    _values: dict[str, dict[str, str]] = field(default_factory=dict)

    def connect(self) -> psycopg.Connection:
        """Connect as the administrator."""
        self._opened.append(self.database.connect(prepare_threshold=None))
        return self._opened[-1]

    def close(self) -> None:
        """Close what was opened."""
        while self._opened:
            self._opened.pop().close()

    def viewer(self, person: Person) -> Viewer:
        """Return somebody with the owners they reach."""
        return viewers(self.connect(), {person.name: person})[person.name]

    def asking(self, contender: Contender, person: Person) -> Asking:
        """Return a contender's session for somebody."""
        return Asking(self.connect(), contender, self.viewer(person))

    def values(self, person: Person) -> dict[str, str]:
        """Return what somebody's queries ask for."""
        if person.name not in self._values:
            connection = self.connect()
            connection.execute("set search_path = crm")
            self._values[person.name] = values(connection, self.viewer(person))
        return self._values[person.name]


@pytest.fixture(scope="module")
def small(cluster_of: Callable[[str], Cluster]) -> Iterator[Bench]:
    """Give the benchmark's company, small."""
    with cluster_of("installed").database("installed") as database:
        company.make(database.connect(), DEALS, lambda _: None, logins=len(PEOPLE), activities=1)
        yield Bench(database)


@pytest.fixture
def bench(small: Bench) -> Iterator[Bench]:
    """Give the company for one test."""
    yield small
    small.close()


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.login)
def test_every_plan_has_its_shape(bench: Bench, person: Person) -> None:
    """Predicates are inlined, a page reads no table unless it would by hand, and level all has the plan of that.

    Where the planner cannot know how many rows there are, nobody can promise its
    plan (docs/performance.md, "Filters without leakproof operators").
    """
    by_hand, rowlock = (bench.asking(contender, person) for contender in (HAND, ROWLOCK))
    asked = bench.values(person)
    found = set()
    for query in QUERIES:
        for form in ("simple", "generic"):
            texts = [plans.plan(each, each.prepare(query, asked, form, 0)) for each in (by_hand, rowlock)]
            objections = plans.objections(query, *texts, sees_all=person.widest == "all")
            if query.misjudged:
                objections = [each for each in objections if each == plans.NOT_INLINED]
            found |= {(query.name, form, each) for each in objections if not each.endswith(plans.TOO)}

    assert not found


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.login)
def test_with_leakproof_operators_filters_have_the_plans_by_hand(bench: Bench, person: Person) -> None:
    """At level all; and everybody finds the same rows."""
    by_hand, rowlock = (bench.asking(contender, person) for contender in (HAND, LEAKPROOF))
    asked = bench.values(person)
    for query in (query for query in QUERIES if query.misjudged):
        texts = [plans.plan(each, each.prepare(query, asked, "simple", 0)) for each in (by_hand, rowlock)]
        objections = plans.objections(query, *texts, sees_all=person.widest == "all")
        if person.widest == "all" and "to_tsvector" not in texts[0]:
            assert not objections, (query.name, texts)
        assert plans.NOT_INLINED not in objections
        assert outcome(rowlock, query, asked) == outcome(by_hand, query, asked), query.name


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.login)
def test_rowlock_finds_what_the_condition_by_hand_finds(bench: Bench, person: Person) -> None:
    """What is compared is the same work."""
    by_hand, rowlock = (bench.asking(contender, person) for contender in (HAND, ROWLOCK))
    asked = bench.values(person)

    for query in (query for query in QUERIES if "1,000" not in query.name):
        assert outcome(rowlock, query, asked) == outcome(by_hand, query, asked), query.name


@pytest.mark.parametrize("name", ["executive", "head of 50"])
def test_contenders_find_the_same(bench: Bench, name: str) -> None:
    """Those that decide in the database; an application's queries are the ones by hand."""
    (person,) = (person for person in PEOPLE if person.name == name)
    sessions = [bench.asking(contender, person) for contender in CONTENDERS if not contender.application]
    asked = bench.values(person)

    for query in (query for query in QUERIES if query.name in ("by key", "newest 50", "update")):
        outcomes = {
            session.contender.name: outcome(session, query, asked)
            for session in sessions
            if session.contender is not UNFILTERED or session.contender.can(query, session.viewer, "simple")
        }
        assert {HAND.name, ROWLOCK.name} < outcomes.keys()
        assert set(outcomes.values()) == {outcomes[HAND.name]}, (query.name, outcomes)


def test_a_run_goes_on_where_it_was(bench: Bench, tmp_path: Path) -> None:
    """Cells on disk are not measured again, half a line is none, and what was measured can be printed."""
    wanted = Wanted(
        people=tuple(person for person in PEOPLE if person.name == "own, many"),
        queries=QUERIES[:2],
        forms=("simple", "generic"),
        workers=(0,),
        contenders=CONTENDERS,
        effort=Effort(seconds=0, least=1, most=1),
        clock="wall",
        explain=tmp_path / "plans",
    )
    path = tmp_path / "cells.jsonl"
    done: list[Place] = []
    Runner(bench.connect, wanted, State(path, "these policies")).run(done.append)
    lines = path.read_text()
    path.write_text(lines + lines[:99])
    again = State(path, "these policies")
    Runner(bench.connect, wanted, again).run(done.append)

    assert len(done) == 2 * len(again.cells) == 8
    assert path.read_text() == lines + lines[:99]
    assert not State(path, "others").cells
    assert table.against_others(again.cells, "own, many", "wall").row_count == 2
    assert "4 cells" in table.summary(again.cells, "wall")
    assert plot.svg(again.cells, {"own, many": "own"}, "", "wall").count("<circle") > 10


FAR_FROM_IT = Spread(100.0, 100.0, 100.0)


@pytest.mark.parametrize(
    "name, query, expected",
    [
        ("head of 50", "amount >=", "f"),
        ("executive", "jsonb @>", "f"),
        ("head of 50", "cents >=", ""),
        ("head of 50", "folded title, range", ""),
        ("two departments", "newest activities", "j"),
        ("two departments", "with left join", "d"),
        ("three roles", "sum by stage", "r"),
        ("head of 800", "sum by stage", ""),
        ("head of 50", "newest 50", "d"),
        ("head, all old", "newest 50", ""),
    ],
)
def test_a_miss_has_the_reasons_that_are_found(bench: Bench, name: str, query: str, expected: str) -> None:
    """By both plans and the catalog, however the query is called; what no reason explains has none."""
    assert "".join(reasons(bench, name, query, FAR_FROM_IT)) == expected


def test_leakproof_operators_leave_no_leaking_condition(bench: Bench) -> None:
    """With them the reason is gone, and an index of theirs is as good as its twin."""
    for name, query in (("head of 50", "amount >="), ("executive", "jsonb @>")):
        assert reasons(bench, name, query, FAR_FROM_IT, contender=LEAKPROOF) == []


def test_planning_is_a_reason_where_it_is_all(bench: Bench) -> None:
    """Not where more is missed than planning takes, nor where nothing is planned."""
    nearly = Spread(1.1001, 1.1001, 1.1001)

    assert reasons(bench, "three roles", "by key", nearly) == ["p"]
    assert reasons(bench, "three roles", "by key", FAR_FROM_IT) == []
    assert reasons(bench, "three roles", "by key", nearly, "generic") == []


def test_a_miss_measured_before_gets_its_reasons(bench: Bench, tmp_path: Path) -> None:
    """A cell on disk that says no reasons is explained, and not measured again."""
    place = Place("head of 50", "amount >=", "simple", 0)
    runs: dict[str, list[tuple[float, float | None]]] = {HAND.name: [(1.0, 1.0)], ROWLOCK.name: [(100.0, 100.0)]}
    line = {"policies": "these", "place": vars(place), "patience": 1.0, "runs": runs, "objections": []}
    path = tmp_path / "cells.jsonl"
    path.write_text(json.dumps(line) + "\n")
    wanted = Wanted(
        people=tuple(person for person in PEOPLE if person.name == place.person),
        queries=tuple(query for query in QUERIES if query.name == place.query),
        forms=("simple",),
        workers=(0,),
        contenders=(HAND, ROWLOCK),
        effort=Effort(seconds=0, least=1, most=1),
        clock="wall",
    )
    Runner(bench.connect, wanted, State(path, "these")).run(lambda _: None)
    cells = State(path, "these").cells

    assert cells[place].reasons == ["f"]
    assert cells[place].spread(ROWLOCK.name, "wall") == FAR_FROM_IT
    assert table.legend(cells, "wall").startswith("✗f, 1 of them: ")
    assert [cell["reasons"] for cell in table.as_json(cells, "wall")] == [["f"]]
    assert len(path.read_text().splitlines()) == 2


def reasons(
    bench: Bench, name: str, query: str, took: Spread, form: str = "simple", contender: Contender = ROWLOCK
) -> list[str]:
    """Return the reasons for which somebody's query takes so long, where it takes a millisecond by hand."""
    (person,) = (person for person in PEOPLE if person.name == name)
    (asked,) = (each for each in QUERIES if each.name == query)
    values = bench.values(person)
    sides = []
    for side, spread in ((HAND, Spread(1.0, 1.0, 1.0)), (contender, took)):
        session = bench.asking(side, person)
        sides.append(Side(session, session.prepare(asked, values, form, 0), spread))
    return Miss(asked, values, form, *sides).reasons(bench.connect())


def outcome(session: Asking, query: Query, asked: Mapping[str, str]) -> tuple[str, frozenset[tuple[Any, ...]]]:
    """Return what a query says and finds; what it writes is undone."""
    statement = session.prepare(query, asked, "simple", 0)
    session.run("begin")
    result = session.run(statement)
    session.run("rollback")
    columns = range(result.nfields)
    rows = (tuple(result.get_value(row, column) for column in columns) for row in range(result.ntuples))
    return str(result.command_status), frozenset(rows)
