"""A random company: people, rights, assignments and records, all from one seed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.access.enumeration import DEPARTMENTS
from tests.fuzzing.shapes import DEFINED, GROUPS, PLACES, SHAPES
from tests.oracle.company import Assignment, Company, Person
from tests.oracle.roles import LEVELS, OPERATIONS

STAFF = ("ann", "ben", "cem", "dot", "eli", "fay")
ROLES = ("first", "second", "third", "fourth")
RECORDS = 18
READ = (*LEVELS, "all", "open", "subdepartments")
"""Who sees little can do little: reading is drawn higher."""
DAY = timedelta(days=1)
AMPLE = "1000000000 per week"
"""A budget that is used up only where a case leaves little of it."""


def random_company(draw: Random) -> Company:
    """Return a company of six people and four roles."""
    people = tuple(
        Person(
            login,
            frozenset(draw.sample(sorted(DEPARTMENTS), draw.randrange(3))),
            frozenset({"night"} if draw.randrange(3) == 0 else ()),
            dismissed=login == "fay" and draw.randrange(2) == 0,
        )
        for login in STAFF
    )
    entities = random_entities(draw)
    definition = {
        "several_roles": draw.choice(["highest", "explicit"]),
        "entities": entities,
        "roles": {name: random_role(draw, name, entities) for name in ROLES},
    }
    return Company(definition, DEPARTMENTS, people, tuple(random_assignments(draw, people)), datetime.now(UTC))


def random_entities(draw: Random) -> dict[str, Any]:
    """Return the entities: in most companies some have groups of fields, budgets or a barrier."""
    found = {name: dict(entity) for name, entity in DEFINED.items()}
    if draw.randrange(4) == 0:
        return found
    for name, entity in found.items():
        if name in GROUPS and draw.randrange(2):
            entity["fields"] = GROUPS[name]
        if draw.randrange(2):
            entity["read_budget"] = AMPLE
        if draw.randrange(2):
            entity["create_budget"] = AMPLE
        if name in GROUPS and draw.randrange(8) == 0:
            entity["barrier"] = True
    return found


def random_role(draw: Random, name: str, entities: dict[str, Any]) -> dict[str, Any]:
    """Return a role; the last of them may be given for a time."""
    permissions: dict[str, Any] = {
        entity: with_fields(draw, entity, random_node(draw, entity), sorted(entities[entity].get("fields", {})))
        for entity in DEFINED
        if draw.randrange(5) and not SHAPES[entity].parents
    }
    if draw.randrange(2):
        permissions["*"] = {operation: random_level(draw, None, operation) for operation in ("read", "update")}
    return {"permissions": permissions} | ({"timed": True} if name == ROLES[-1] else {})


def random_level(draw: Random, entity: str | None, operation: str) -> str:
    """Return a level that means something on the entity."""
    if entity == "product":
        return draw.choice(["none", "all", "all"])
    return draw.choice(READ if operation == "read" else LEVELS)


def with_fields(draw: Random, entity: str, node: Any, groups: list[str]) -> Any:
    """Return what a role says of an entity, with something said of some groups of fields."""
    said: dict[str, Any] = {}
    for group in groups:
        kind = draw.randrange(3)
        if kind == 1:
            said[group] = random_level(draw, entity, "read")
        elif kind > 1:
            said[group] = {operation: random_level(draw, entity, operation) for operation in ("read", "update")}
    if not said:
        return node
    return (node if isinstance(node, dict) else dict.fromkeys(OPERATIONS, node)) | {"fields": said}


def random_node(draw: Random, entity: str) -> Any:
    """Return what a role says of an entity."""

    def said(least: int) -> dict[str, Any]:
        names = draw.sample(OPERATIONS, draw.randrange(least, len(OPERATIONS) + 1))
        return {name: random_level(draw, entity, name) for name in names}

    if draw.randrange(4) == 0:
        return random_level(draw, entity, "read")
    node = said(2) | {"read": random_level(draw, entity, "read")}
    defined = DEFINED[entity]
    pipelines = defined.get("pipelines", {})
    stages = defined.get("stages") or sorted({each for these in pipelines.values() for each in these})
    if stages and draw.randrange(2):
        node["stages"] = {stage: said(1) for stage in draw.sample(stages, draw.randrange(1, len(stages) + 1))}
    if defined.get("pipelines") and draw.randrange(2):
        node["pipelines"] = {"partners": said(1) | {"stages": {"won": said(1)}}}
    return node


def random_assignments(draw: Random, people: tuple[Person, ...]) -> list[Assignment]:
    """Return who holds what: everybody something, departments and groups too."""
    given = [Assignment(draw.choice(ROLES[:3]), "person", who.login) for who in people]
    given += [Assignment(draw.choice(ROLES[:3]), "person", draw.choice(STAFF)) for _ in range(2)]
    given.append(Assignment(draw.choice(ROLES[:3]), "subdepartments", draw.choice(sorted(DEPARTMENTS))))
    if any(who.groups for who in people):
        given.append(Assignment(draw.choice(ROLES[:3]), "group", "night"))
    now = datetime.now(UTC)
    for window in ((now - DAY, now + DAY), (now - 2 * DAY, now - DAY), (now + DAY, None)):
        given.append(Assignment(ROLES[-1], "person", draw.choice(STAFF), *window))
    return list(dict.fromkeys(given))


def random_records(draw: Random, ids: dict[str, int]) -> dict[str, list[dict[str, Any]]]:
    """Return every entity's rows; no entity refers to one behind it."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for entity in ("company", "product", "contact", "lead", "deal", "ticket", "activity", "entry"):
        rows[entity] = [random_row(draw, entity, number, ids) for number in range(1, RECORDS + 1)]
    return rows


def random_row(draw: Random, entity: str, number: int, ids: dict[str, int]) -> dict[str, Any]:
    """Return one row of an entity; half of the leads and deals have children or not by their numbers."""
    shape = SHAPES[entity]
    row: dict[str, Any] = {"id": number, shape.label: f"{entity} {number}"}
    if DEFINED[entity].get("owner"):
        row |= {"owner_id": draw.choice([*ids.values(), None]), "is_open": draw.randrange(4) == 0}
    if entity in PLACES:
        row |= draw.choice(PLACES[entity])
    for column, target in shape.refs.items():
        if draw.randrange(2) and (target != entity or number > 1):
            row[column] = draw.randrange(1, number if target == entity else RECORDS // 2)
    if shape.parents:
        row[draw.choice(sorted(shape.parents))] = draw.randrange(1, RECORDS // 2)
    more: dict[str, dict[str, Any]] = {
        "deal": {"amount": number * 10, "margin": 5000 + number, "probability": number},
        "lead": {"amount": draw.randrange(5), "source": draw.choice(["web", "fair", None])},
        "company": {"revenue": number * 1000, "employees": number, "city": draw.choice(["Rome", "Oslo", None])},
        "contact": {"city": draw.choice(["Rome", "Oslo", None]), "may_be_contacted": draw.randrange(2) == 0},
        "product": {"price": number, "sku": f"sku-{number % 5}"},
        "ticket": {"priority": draw.choice(["low", "high"])},
        "activity": {"kind": draw.choice(["call", "mail", "note"]), "is_done": draw.randrange(2) == 0},
    }
    return row | more.get(entity, {})
