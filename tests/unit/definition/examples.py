"""Definitions as plain data, for Hypothesis to make and for tests to write."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import strategies as st

from rls.definition import OPERATIONS, Definition
from rls.definition.loading import load

ENTITIES: dict[str, Any] = {
    "lead": {
        "table": "crm.lead",
        "owner": "o",
        "open": "p",
        "stage": "s",
        "stages": ["new", "won"],
        "fields": {"details": "phone"},
        "read_budget": "10000 per day",
    },
    "deal": {
        "table": "crm.deal",
        "owner": "o",
        "stage": "s",
        "pipeline": "l",
        "pipelines": {"sales": ["new", "won"], "partners": ["contacted", "won"], "other": []},
        "fields": {"finance": ["margin", "amount"], "terms": ["discount"]},
        "create_budget": {"rows": 1000, "per": "hour", "statement": 100},
    },
    "contact": {"table": "crm.contact", "owner": "o"},
    "product": {"table": "crm.product", "fields": {"cost": ["cost"]}, "barrier": True},
    "note": {
        "table": "crm.note",
        "parents": {"lead_id": "lead", "deal_id": "deal"},
        "carries": {"owner": "o", "open": "p", "stage": "s", "pipeline": "l"},
        "fields": {"details": ["number"], "finance": ["fee"]},
    },
}
GROUPS = {name: list(entity["fields"]) for name, entity in ENTITIES.items() if "fields" in entity}
LEVELS = {
    "lead": ["none", "own", "department", "subdepartments", "open", "all"],
    "deal": ["none", "own", "department", "subdepartments", "all"],
    "contact": ["none", "own", "department", "subdepartments", "all"],
    "product": ["none", "all"],
    "*": ["none", "own", "department", "subdepartments", "open", "all"],
}


def loaded(data: object) -> Definition:
    """Return the definition that *data* says; JSON is YAML."""
    with TemporaryDirectory() as directory:
        file = Path(directory) / "definition.yaml"
        file.write_text(json.dumps(data, indent=1))
        return load([file])


def operations(entity: str) -> st.SearchStrategy[dict[str, str]]:
    """Return levels for some operations, few of them so that they meet."""
    return st.dictionaries(st.sampled_from(OPERATIONS[:3]), st.sampled_from(LEVELS[entity]))


def _some(names: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names), values)


def permissions(entity: str) -> st.SearchStrategy[Any]:
    """Return what a role says of an entity: a level, or a mapping with stages and pipelines."""
    said = operations(entity)
    if entity == "lead":
        stages = st.fixed_dictionaries({"stages": _some(["new", "won"], said)})
        said = st.builds(lambda one, more: one | more, said, stages)
    elif entity == "deal":
        in_sales = st.fixed_dictionaries({"stages": _some(["new", "won"], operations("deal"))})
        sales = st.builds(lambda one, more: one | more, operations("deal"), in_sales)
        pipelines = st.fixed_dictionaries(
            {}, optional={"sales": sales, "partners": operations("deal"), "other": st.sampled_from(LEVELS["deal"])}
        )
        places = st.fixed_dictionaries(
            {}, optional={"stages": _some(["new", "won", "contacted"], operations("deal")), "pipelines": pipelines}
        )
        said = st.builds(lambda one, more: one | more, said, places)
    if entity in GROUPS:
        levels = st.sampled_from(LEVELS[entity])
        of_group = st.one_of(levels, st.fixed_dictionaries({}, optional={"read": levels, "update": levels}))
        groups = st.fixed_dictionaries({}, optional={"fields": _some(GROUPS[entity], of_group)})
        said = st.builds(lambda one, more: one | more, said, groups)
    return st.one_of(said, said, st.sampled_from(LEVELS[entity]))


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """Return the data of a right definition: four roles, each extending some before it."""
    roles: dict[str, Any] = {}
    for name in ("a", "b", "c", "d"):
        extends = draw(st.lists(st.sampled_from(list(roles)), unique=True)) if roles else []
        names = draw(st.lists(st.sampled_from(sorted(LEVELS)), unique=True))
        abstract = draw(st.booleans())
        roles[name] = {
            "abstract": abstract,
            "extends": extends,
            "permissions": {entity: draw(permissions("*" if entity == "*" else entity)) for entity in names},
        }
    assignments = [{"role": name, "to": "everyone"} for name, role in roles.items() if not role["abstract"]]
    rule = draw(st.sampled_from(["highest", "explicit"]))
    return {"several_roles": rule, "entities": ENTITIES, "roles": roles, "assignments": assignments}
