"""Random companies: an organisation, a definition, assignments, records, and what somebody tries with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.access.rows import Row
from tests.oracle.company import Assignment, Company, Person, Record
from tests.oracle.roles import LEVELS, OPERATIONS

STAGES = ("new", "won")
ENTITIES: dict[str, Any] = {
    "lead": {"table": "t.lead", "owner": "owner_id", "open": "is_open", "stage": "stage", "stages": [*STAGES]},
    "deal": {
        "table": "t.deal",
        "owner": "owner_id",
        "open": "is_open",
        "stage": "stage",
        "pipeline": "pipeline",
        "pipelines": {"sales": [*STAGES], "partners": ["new", "audit"]},
    },
    "note": {"table": "t.note", "owner": {"column": "author", "holds": "key"}},
    "product": {"table": "t.product"},
    "activity": {
        "table": "t.activity",
        "parents": {"lead_id": "lead", "deal_id": "deal", "product_id": "product"},
        "carries": {"owner": "p_owner", "open": "p_open", "stage": "p_stage", "pipeline": "p_pipeline"},
    },
}
"""With stages; with pipelines; owned by key; owned by nobody; a child of several."""

FIELDS = {
    "lead": {"money": ["amount"]},
    "deal": {"money": ["amount", "margin"], "terms": ["discount"]},
    "note": {"terms": ["remark"]},
    "product": {"money": ["price"]},
    "activity": {"money": ["fee"], "hours": ["spent"]},
}
"""Groups of fields; the child has one that some of its parents have, and one that none has."""

AMPLE = "1000000 per week"
METERED: tuple[tuple[str, ...], ...] = ((), ("read_budget",), ("read_budget", "create_budget"))
"""What is metered."""

HOUR = timedelta(hours=1)
GROUPS = ("night", "launch")


@dataclass(frozen=True)
class Trial:
    """A company, its rows by entity (parents first), and pairs of rows to turn into each other."""

    company: Company
    rows: dict[str, list[Row]]
    moves: dict[str, list[tuple[Row, Row]]]


def levels_of(entity: dict[str, Any]) -> tuple[str, ...]:
    """Return the levels that mean something on an entity."""
    if not entity.get("owner"):
        return "none", "all"
    return LEVELS if entity.get("open") else tuple(level for level in LEVELS if level != "open")


def operations(levels: Sequence[str]) -> SearchStrategy[dict[str, str]]:
    """Draw a level for some of the operations."""
    return st.dictionaries(st.sampled_from(OPERATIONS), st.sampled_from(levels), max_size=6)


def spoken(levels: Sequence[str]) -> SearchStrategy[Any]:
    """Draw what may be said of one place: a word, or a level for some operations."""
    return st.one_of(st.sampled_from(levels), operations(levels))


@st.composite
def nodes(draw: st.DrawFn, entity: dict[str, Any]) -> Any:
    """Draw what a role says of an entity."""
    levels = levels_of(entity)
    if draw(st.booleans()):
        return draw(st.sampled_from(levels))
    node: dict[str, Any] = draw(operations(levels))
    pipelines = entity.get("pipelines", {})
    stages = entity.get("stages") or sorted({stage for listed in pipelines.values() for stage in listed})
    if stages and draw(st.booleans()):
        node["stages"] = draw(st.dictionaries(st.sampled_from(stages), spoken(levels), min_size=1))
    if pipelines and draw(st.booleans()):
        chosen = draw(st.sets(st.sampled_from(sorted(pipelines)), min_size=1))
        node["pipelines"] = {name: draw(worlds(levels, pipelines[name])) for name in sorted(chosen)}
    return node


@st.composite
def worlds(draw: st.DrawFn, levels: Sequence[str], stages: Sequence[str]) -> Any:
    """Draw what a role says of a pipeline."""
    said = draw(spoken(levels))
    if isinstance(said, dict) and draw(st.booleans()):
        said["stages"] = draw(st.dictionaries(st.sampled_from(stages), spoken(levels), min_size=1))
    return said


def of_groups(levels: Sequence[str], groups: Sequence[str]) -> SearchStrategy[dict[str, Any]]:
    """Draw what a role says of groups of fields."""
    each = st.dictionaries(st.sampled_from(("read", "update")), st.sampled_from(levels))
    return st.dictionaries(st.sampled_from(groups), st.one_of(st.sampled_from(levels), each))


@st.composite
def roles(draw: st.DrawFn, entities: dict[str, Any]) -> dict[str, Any]:
    """Draw roles that may extend those before them, the last of them not abstract."""
    owned = sorted(name for name, entity in entities.items() if not entity.get("parents"))
    groups = {name: sorted(entities[name].get("fields", {})) for name in owned}
    found: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 4))):
        permissions = {name: draw(nodes(entities[name])) for name in owned if draw(st.booleans())}
        for name, said in permissions.items():
            if groups[name] and draw(st.integers(0, 3)) > 0:
                node = said if isinstance(said, dict) else dict.fromkeys(OPERATIONS, said)
                permissions[name] = node | {"fields": draw(of_groups(levels_of(entities[name]), groups[name]))}
        if draw(st.booleans()):
            permissions["*"] = draw(spoken(LEVELS))
        role: dict[str, Any] = {"permissions": permissions}
        if found and (bases := draw(st.lists(st.sampled_from(sorted(found)), unique=True, max_size=2))):
            role["extends"] = bases
        if draw(st.integers(0, 4)) == 4:
            role["timed"] = True
        found[f"role_{number}"] = role
    if len(found) > 1 and draw(st.booleans()):
        found["role_0"] |= {"abstract": True}
    return found


@st.composite
def organisations(draw: st.DrawFn) -> tuple[dict[str, str | None], tuple[Person, ...]]:
    """Draw a tree of departments and a few people in it."""
    departments: dict[str, str | None] = {"D0": None}
    for number in range(1, draw(st.integers(1, 5))):
        parent = draw(st.sampled_from([*departments, None]))
        departments[f"{parent}/D{number}" if parent else f"D{number}"] = parent
    places = st.sets(st.sampled_from(sorted(departments)), max_size=2)
    group = st.sets(st.sampled_from(GROUPS), max_size=1)
    people = [
        Person(
            f"person_{number}",
            frozenset(draw(places)),
            frozenset(draw(group)),
            frozenset(draw(group)),
            dismissed=number > 0 and draw(st.integers(0, 4)) == 4,
        )
        for number in range(draw(st.integers(3, 6)))
    ]
    return departments, tuple(people)


def principals(departments: Sequence[str], people: Sequence[Person]) -> SearchStrategy[tuple[str, str | None]]:
    """Draw whom a role is assigned to: a kind and a name."""
    groups = sorted({name for person in people for name in person.groups})
    projects = sorted({name for person in people for name in person.project_groups})
    kinds = {
        "person": [person.login for person in people],
        "department": departments,
        "subdepartments": departments,
        "group": groups,
        "project_group": projects,
    }
    every = [(kind, name) for kind, names in kinds.items() for name in names]
    return st.sampled_from([*every, ("everyone", None)])


def written(role: str, kind: str, name: str | None) -> dict[str, Any]:
    """Return an assignment as the definitions file writes it."""
    if kind == "everyone":
        return {"role": role, "to": "everyone"}
    if kind == "subdepartments":
        return {"role": role, "to": {"department": name, "subdepartments": True}}
    return {"role": role, "to": {kind: name}}


@st.composite
def assignments(
    draw: st.DrawFn, given: list[str], whom: SearchStrategy[tuple[str, str | None]], now: datetime
) -> tuple[Assignment, ...]:
    """Draw assignments, some of them not yet or no longer in force."""
    windows = st.sampled_from(
        [(None, None)] * 3 + [(now - HOUR, now + HOUR), (now - 2 * HOUR, now - HOUR), (now + HOUR, None)]
    )
    lines = draw(st.lists(st.tuples(st.sampled_from(given), whom), min_size=1, max_size=6, unique=True))
    return tuple(Assignment(role, kind, name, *draw(windows)) for role, (kind, name) in lines)


@st.composite
def companies(draw: st.DrawFn, *, fields: bool = False) -> Company:
    """Draw a company, with groups of fields and budgets or without."""
    chosen = draw(st.sets(st.sampled_from(["lead", "deal", "note", "product"]), min_size=1))
    entities = {name: ENTITIES[name] for name in sorted(chosen)}
    if len(chosen) == 4 or draw(st.booleans()):
        entities |= child_of(entities)
    if fields:
        entities = {
            name: entity | {"fields": FIELDS[name]} | dict.fromkeys(draw(st.sampled_from(METERED)), AMPLE)
            for name, entity in entities.items()
        }
    departments, people = draw(organisations())
    said = draw(roles(entities))
    given = sorted(name for name, role in said.items() if not role.get("abstract"))
    whom = principals(sorted(departments), people)
    lines = draw(st.lists(st.tuples(st.sampled_from(given), whom), max_size=2, unique=True))
    definition = {
        "several_roles": draw(st.sampled_from(["highest", "explicit"])),
        "entities": entities,
        "roles": said,
        "assignments": [written(role, kind, name) for role, (kind, name) in lines],
    }
    now = datetime.now(UTC)
    return Company(definition, departments, people, draw(assignments(given, whom, now)), now)


def child_of(entities: dict[str, Any]) -> dict[str, Any]:
    """Return the child that follows those of its parents that are there."""
    child = ENTITIES["activity"]
    parents = {column: name for column, name in child["parents"].items() if name in entities}
    carries = {
        part: column
        for part, column in child["carries"].items()
        if any(entities[name].get(part) for name in parents.values())
    }
    return {"activity": child | {"parents": parents, "carries": carries}} if carries else {}


@st.composite
def records(draw: st.DrawFn, name: str, entity: dict[str, Any], people: Sequence[Person]) -> Record:
    """Draw a record of an entity that is no child."""
    owners = [*(person.login for person in people), None]
    if isinstance(entity.get("owner"), dict):
        owners.append("nobody")
    pipelines = entity.get("pipelines", {})
    return Record(
        name,
        draw(st.sampled_from(owners)) if entity.get("owner") else None,
        bool(entity.get("open")) and draw(st.booleans()),
        draw(st.sampled_from(["new", "won", "audit", "undeclared", None])) if entity.get("stage") else None,
        draw(st.sampled_from([*pipelines, "undeclared", None])) if pipelines else None,
    )


@st.composite
def trials(draw: st.DrawFn, *, fields: bool = False) -> Trial:
    """Draw a company, records of each of its entities and moves between them."""
    company = draw(companies(fields=fields))
    rows: dict[str, list[Row]] = {}
    for name, entity in company.definition["entities"].items():
        if entity.get("parents"):
            continue
        keyed = isinstance(entity.get("owner"), dict)
        drawn = draw(st.lists(records(name, entity, company.people), min_size=4, max_size=12))
        rows[name] = [Row(key(number, keyed=keyed), record) for number, record in enumerate(drawn, 1)]
    for name, entity in company.definition["entities"].items():
        if entity.get("parents"):
            above = [row for parent in entity["parents"].values() for row in rows[parent]]
            parents = draw(st.lists(st.sampled_from(above), min_size=4, max_size=12))
            rows[name] = [
                Row(str(number), Record(name, parent=row.record), row) for number, row in enumerate(parents, 1)
            ]
    moves = {
        name: draw(st.lists(st.tuples(st.sampled_from(found), st.sampled_from(found)), min_size=2, max_size=8))
        for name, found in rows.items()
    }
    return Trial(company, rows, moves)


def key(number: int, *, keyed: bool) -> str:
    """Return a row's key: a number, or a uuid."""
    return f"00000000-0000-4000-8000-{number:012d}" if keyed else str(number)
