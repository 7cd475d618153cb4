"""The oracle against a table written by hand, each case under the sentence it comes from."""

from datetime import UTC, datetime
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.oracle.company import Assignment, Company, Person, Record
from tests.oracle.oracle import allowed, allowed_update, exists_for, visible

DEFINITION = """
entities:
  lead: {table: t.lead, owner: owner_id, open: is_open, stage: stage, stages: [new, won, lost]}
  note: {table: t.note, owner: owner_id}
  product: {table: t.product}
  deal: {table: t.deal, owner: owner_id, open: is_open, stage: stage, pipeline: pipeline,
         pipelines: {sales: [new, won], partners: [new, won, audit]}}
  activity: {table: t.activity, parents: {lead_id: lead, deal_id: deal}, carries: {owner: parent_owner_id}}
roles:
  none: {permissions: {lead: none}}
  silent: {}
  own: {permissions: {lead: own}}
  department: {permissions: {lead: department}}
  subdepartments: {permissions: {lead: subdepartments}}
  open: {permissions: {lead: open}}
  all: {permissions: {lead: all}}
  writer: {permissions: {lead: {update: own}}}
  eraser: {permissions: {lead: {delete: all}}}
  creator: {permissions: {lead: {create: own}}}
  reader: {permissions: {lead: {read: own}}}
  reads_all: {permissions: {lead: {read: all}}}
  updates_all: {permissions: {lead: {update: all, read: own}}}
  exporter: {permissions: {lead: {export: department}}}
  keeper: {permissions: {lead: {read: all, update: own, stages: {won: {update: none}}}}}
  closer: {permissions: {lead: {read: own, update: own, stages: {won: {read: all, update: all}}}}}
  blind_to_lost: {permissions: {lead: {read: all, stages: {lost: none}}}}
  wins_only: {permissions: {lead: {stages: {won: all}}}}
  seller: {permissions: {deal: {read: own, stages: {won: {read: all}}, pipelines: {partners: {read: department}}}}}
  partner_won: {permissions: {deal: {read: own, pipelines: {partners: {stages: {won: {read: none}}}}}}}
  partner_all:
    permissions: {deal: {read: own, update: own, stages: {won: {update: none}}, pipelines: {partners: all}}}
  everything_own: {permissions: {"*": own}}
  everything_open: {permissions: {"*": open}}
  everything_all: {permissions: {"*": all, note: {read: none}}}
  base: {abstract: true, permissions: {lead: {read: department, stages: {won: {read: all}}}, product: {read: all}}}
  narrower: {extends: [base], permissions: {lead: {read: own}}}
  narrow_stage: {extends: [base], permissions: {lead: {stages: {won: {read: own}}}}}
  wild_over_base: {extends: [base], permissions: {"*": {read: none}}}
  two_bases: {extends: [reader, reads_all]}
  grandchild: {extends: narrower}
"""

DEPARTMENTS = {
    "Company": None,
    "Company/East": "Company",
    "Company/East/Team": "Company/East",
    "Company/West": "Company",
}
EAST, WEST, TEAM, TOP = "Company/East", "Company/West", "Company/East/Team", "Company"


def person(login: str, *departments: str, **more: Any) -> Person:
    """Make a person of these departments."""
    return Person(login, frozenset(departments), **more)


PEOPLE = (
    person("me", EAST),
    person("colleague", EAST),
    person("below", TEAM),
    person("above", TOP),
    person("west", WEST),
    person("both", EAST, WEST),
    person("loner"),
    person("other_loner"),
    person("gone", EAST, dismissed=True),
    person("grouped", WEST, groups=frozenset({"night"}), project_groups=frozenset({"launch"})),
)


def company(*roles: str, login: str = "me", rule: str = "highest", definition: str = DEFINITION) -> Company:
    """Make the company in which one person holds these roles."""
    raw = {"several_roles": rule, **YAML(typ="safe").load(definition)}
    return Company(raw, DEPARTMENTS, PEOPLE, tuple(Assignment(role, "person", login) for role in roles))


def lead(owner: str | None, stage: str = "new", *, flag: bool = False) -> Record:
    """Make a lead."""
    return Record("lead", owner, flag, stage)


def deal(owner: str | None, pipeline: str, stage: str) -> Record:
    """Make a deal."""
    return Record("deal", owner, stage=stage, pipeline=pipeline)


def of(parent: Record) -> Record:
    """Make an activity that hangs on a record."""
    return Record("activity", parent=parent)


Case = tuple[str, str, str, Record, bool]
"""(roles, person, operation, record, answer)"""

TABLE: dict[str, list[Case]] = {
    "none: none": [
        ("none", "me", "read", lead("me"), False),
        ("none", "me", "create", lead("me"), False),
    ],
    "own: owned by me": [
        ("own", "me", "read", lead("me"), True),
        ("own", "me", "read", lead("colleague"), False),
        ("own", "me", "read", lead("below"), False),
        ("own", "me", "read", lead("colleague", flag=True), False),
    ],
    "department: + owned by any member of any department I am a member of": [
        ("department", "me", "read", lead("me"), True),
        ("department", "me", "read", lead("colleague"), True),
        ("department", "me", "read", lead("below"), False),
        ("department", "me", "read", lead("above"), False),
        ("department", "me", "read", lead("west"), False),
        ("department", "me", "read", lead("below", flag=True), False),
    ],
    "subdepartments: + owned by members of any department below mine": [
        ("subdepartments", "me", "update", lead("colleague"), True),
        ("subdepartments", "me", "update", lead("below"), True),
        ("subdepartments", "me", "update", lead("above"), False),
        ("subdepartments", "above", "delete", lead("below"), True),
        ("subdepartments", "above", "delete", lead("west"), True),
        ("subdepartments", "me", "update", lead("west", flag=True), False),
    ],
    "open: + any record whose is_open flag is set": [
        ("open", "me", "read", lead("west", flag=True), True),
        ("open", "me", "read", lead("west"), False),
        ("open", "me", "read", lead("below"), True),
    ],
    "all: every record": [
        ("all", "me", "delete", lead("west"), True),
        ("all", "me", "create", lead(None), True),
    ],
    "each grants exactly one thing. The right to update gives neither create nor delete": [
        ("writer reader", "me", "update", lead("me"), True),
        ("writer reader", "me", "create", lead("me"), False),
        ("writer reader", "me", "delete", lead("me"), False),
        ("exporter", "me", "export", lead("colleague"), True),
        ("exporter", "me", "read", lead("me"), False),
        ("exporter", "me", "import", lead("me"), False),
    ],
    "create without read: the insert succeeds and its author does not see the row": [
        ("creator", "me", "create", lead("me"), True),
        ("creator", "me", "read", lead("me"), False),
    ],
    "For create, the level says whose records I may create: own = only mine": [
        ("creator", "me", "create", lead("colleague"), False),
        ("creator", "me", "create", lead(None), False),
        ("department", "me", "create", lead("colleague"), True),
    ],
    "update and delete reach only records the person may also read, by whatever role": [
        ("writer", "me", "update", lead("me"), False),
        ("writer reader", "me", "update", lead("me"), True),
        ("eraser", "me", "delete", lead("me"), False),
        ("eraser reader", "me", "delete", lead("me"), True),
        ("eraser reader", "me", "delete", lead("colleague"), False),
        ("eraser reads_all", "me", "delete", lead("west"), True),
    ],
    "a person in two departments reaches both": [
        ("department", "both", "read", lead("colleague"), True),
        ("department", "both", "read", lead("west"), True),
        ("department", "both", "read", lead("below"), False),
        ("subdepartments", "both", "read", lead("below"), True),
    ],
    "and both departments reach that person's records": [
        ("department", "me", "read", lead("both"), True),
        ("department", "west", "read", lead("both"), True),
        ("subdepartments", "above", "read", lead("both"), True),
    ],
    "Being without a department makes department = own": [
        ("department", "loner", "read", lead("loner"), True),
        ("department", "loner", "read", lead("other_loner"), False),
        ("subdepartments", "loner", "read", lead("other_loner"), False),
        ("department", "me", "read", lead("loner"), False),
        ("all", "me", "read", lead("loner"), True),
    ],
    "A record without owner is reached only by all (and by open if flagged)": [
        ("all", "me", "read", lead(None), True),
        ("subdepartments", "above", "read", lead(None), False),
        ("open", "me", "read", lead(None), False),
        ("open", "me", "read", lead(None, flag=True), True),
        ("subdepartments", "me", "read", lead(None, flag=True), False),
        ("department", "me", "read", lead("nobody we know"), False),
    ],
    "Dismissed people lose every right at once": [
        ("all", "gone", "read", lead("gone"), False),
        ("all", "gone", "create", lead("gone"), False),
    ],
    "but their records stay in their departments' reach": [
        ("department", "me", "read", lead("gone"), True),
        ("subdepartments", "above", "update", lead("gone"), True),
        ("department", "west", "read", lead("gone"), False),
    ],
    "a stage without one inherits the entity's level": [
        ("keeper", "me", "update", lead("me"), True),
        ("keeper", "me", "update", lead("me", "won"), False),
        ("keeper", "me", "read", lead("west", "won"), True),
        ("closer", "me", "read", lead("west", "won"), True),
        ("closer", "me", "read", lead("west", "lost"), False),
        ("blind_to_lost", "me", "read", lead("me", "lost"), False),
        ("wins_only", "me", "delete", lead("west", "won"), True),
        ("wins_only", "me", "delete", lead("me", "new"), False),
        ("keeper", "me", "update", lead("me", "a stage nobody declared"), True),
    ],
    "the rights of one pipeline are independent of another's": [
        ("seller", "me", "read", deal("west", "sales", "won"), True),
        ("seller", "me", "read", deal("colleague", "sales", "new"), False),
        ("seller", "me", "read", deal("west", "partners", "won"), False),
        ("seller", "me", "read", deal("colleague", "partners", "won"), True),
        ("seller", "me", "read", deal("colleague", "partners", "no such stage"), True),
        ("seller", "me", "read", deal("west", "no such pipeline", "won"), True),
        ("seller", "me", "read", deal("west", "no such pipeline", "no such stage"), False),
        ("seller", "me", "read", deal("me", "no such pipeline", "new"), True),
        ("partner_won", "me", "read", deal("me", "partners", "new"), True),
        ("partner_won", "me", "read", deal("me", "partners", "won"), False),
        ("partner_won", "me", "read", deal("me", "sales", "won"), True),
        ("partner_all", "me", "update", deal("west", "partners", "won"), True),
        ("partner_all", "me", "update", deal("me", "sales", "won"), False),
        ("partner_all", "me", "update", deal("me", "sales", "audit"), True),
    ],
    "the highest level wins": [
        ("own department", "me", "read", lead("colleague"), True),
        ("keeper own", "me", "update", lead("me", "won"), True),
        ("blind_to_lost own", "me", "read", lead("me", "lost"), True),
        ("blind_to_lost own", "me", "read", lead("west", "lost"), False),
    ],
    "No assignment, no access": [
        ("", "me", "read", lead("me"), False),
        ("", "me", "create", lead("me"), False),
        ("silent", "me", "read", lead("me"), False),
    ],
    "who may read the deal may read what happened on it; no separate right": [
        ("reader", "me", "read", of(lead("me")), True),
        ("reader", "me", "read", of(lead("west")), False),
        ("reader", "me", "create", of(lead("me")), False),
        ("reader writer", "me", "create", of(lead("me")), True),
        ("reader writer", "me", "delete", of(lead("me")), True),
        ("writer", "me", "delete", of(lead("me")), False),
        ("writer", "me", "create", of(lead("me")), False),
        ("eraser reader", "me", "delete", of(lead("me")), False),
        ("keeper", "me", "create", of(lead("me", "won")), False),
        ("seller", "me", "read", of(deal("west", "sales", "won")), True),
        ("exporter", "me", "export", of(lead("colleague")), True),
    ],
    "there only none/all apply; a wildcard means what can apply": [
        ("everything_own", "me", "read", Record("product"), False),
        ("everything_own", "me", "read", Record("note", "me"), True),
        ("everything_open", "me", "read", Record("note", "me"), False),
        ("everything_open", "me", "read", lead("west", flag=True), True),
        ("everything_all", "me", "update", Record("product"), True),
        ("everything_all", "me", "read", Record("note", "me"), False),
        ("everything_all", "me", "create", Record("note", "me"), True),
    ],
    "a role overrides what it extends; among several the highest": [
        ("narrower", "me", "read", lead("colleague"), False),
        ("narrower", "me", "read", lead("west", "won"), True),
        ("narrower", "me", "read", Record("product"), True),
        ("narrow_stage", "me", "read", lead("colleague", "won"), False),
        ("narrow_stage", "me", "read", lead("colleague", "new"), True),
        ("wild_over_base", "me", "read", lead("me"), False),
        ("wild_over_base", "me", "read", lead("west", "won"), True),
        ("wild_over_base", "me", "read", Record("product"), False),
        ("two_bases", "me", "read", lead("west"), True),
        ("grandchild", "me", "read", lead("colleague"), False),
        ("grandchild", "me", "read", Record("product"), True),
    ],
}
CASES = [(sentence, *case) for sentence, cases in TABLE.items() for case in cases]


def test_the_table_is_long_enough() -> None:
    """At least sixty cases."""
    assert len(CASES) >= 60


@pytest.mark.parametrize("sentence, roles, login, operation, record, answer", CASES)
def test_the_oracle_reads_the_sentence(
    sentence: str, roles: str, login: str, operation: str, record: Record, answer: bool
) -> None:
    """Every case of the table."""
    there = company(*roles.split(), login=login)
    who = there.person(login)

    assert who is not None
    assert allowed(there, who, operation, record) is answer, sentence


EXPLICIT: list[Case] = [
    ("keeper updates_all", "me", "update", lead("me", "won"), False),
    ("keeper updates_all", "me", "update", lead("west", "new"), True),
    ("keeper closer", "me", "update", lead("west", "won"), True),
    ("blind_to_lost reads_all", "me", "read", lead("me", "lost"), False),
    ("blind_to_lost reads_all", "me", "read", lead("me", "won"), True),
    ("blind_to_lost all", "me", "update", lead("me", "lost"), False),
    ("wins_only own", "me", "delete", lead("west", "won"), True),
    ("partner_won seller", "me", "read", deal("me", "partners", "won"), False),
    ("partner_won seller", "me", "read", deal("colleague", "partners", "new"), True),
    ("partner_won seller", "me", "read", deal("west", "sales", "won"), True),
]


@pytest.mark.parametrize("roles, login, operation, record, answer", EXPLICIT)
def test_only_explicit_levels_count_where_any_role_is_explicit(
    roles: str, login: str, operation: str, record: Record, answer: bool
) -> None:
    """At a stage where *any* of the person's roles says a level explicitly, only explicit levels count."""
    there = company(*roles.split(), login=login, rule="explicit")
    who = there.person(login)

    assert who is not None
    assert allowed(there, who, operation, record) is answer


@pytest.mark.parametrize(
    "roles, old, new, answer",
    [
        ("own", lead("me"), lead("me", "won"), True),
        ("own", lead("me"), lead("colleague"), False),
        ("own", lead("colleague"), lead("me"), False),
        ("own", lead("me"), lead(None), False),
        ("department", lead("me"), lead("colleague"), True),
        ("open", lead("west", flag=True), lead("west", flag=False), False),
        ("keeper", lead("me"), lead("me", "won"), False),
        ("keeper", lead("me", "won"), lead("me"), False),
        ("updates_all", lead("me"), lead("colleague"), False),
        ("own", of(lead("me")), of(lead("me", "won")), True),
        ("own", of(lead("me")), of(lead("west")), False),
    ],
)
def test_an_updated_record_must_lie_in_reach_before_and_after(
    roles: str, old: Record, new: Record, answer: bool
) -> None:
    """Nobody can push a record to where they could not have written it."""
    there = company(*roles.split())
    me = there.person("me")

    assert me is not None
    assert allowed_update(there, me, old, new) is answer


NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
BEFORE, AFTER = datetime(2026, 6, 1, 11, tzinfo=UTC), datetime(2026, 6, 1, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    "given, login, answer",
    [
        (Assignment("all", "everyone"), "loner", True),
        (Assignment("all", "everyone"), "gone", False),
        (Assignment("all", "department", EAST), "me", True),
        (Assignment("all", "department", EAST), "both", True),
        (Assignment("all", "department", EAST), "below", False),
        (Assignment("all", "subdepartments", EAST), "below", True),
        (Assignment("all", "subdepartments", EAST), "me", True),
        (Assignment("all", "subdepartments", EAST), "above", False),
        (Assignment("all", "group", "night"), "grouped", True),
        (Assignment("all", "group", "launch"), "grouped", False),
        (Assignment("all", "project_group", "launch"), "grouped", True),
        (Assignment("all", "person", "me"), "colleague", False),
        (Assignment("all", "person", "me", NOON, AFTER), "me", True),
        (Assignment("all", "person", "me", BEFORE, NOON), "me", False),
        (Assignment("all", "person", "me", AFTER), "me", False),
        (Assignment("all", "person", "me", None, AFTER), "me", True),
    ],
)
def test_an_assignment_gives_the_role_to_its_principal(given: Assignment, login: str, answer: bool) -> None:
    """Who a role is assigned to: a person, a department, …, or everyone, from a start (included) to an end."""
    there = Company(YAML(typ="safe").load(DEFINITION), DEPARTMENTS, PEOPLE, (given,), NOON)
    who = there.person(login)

    assert who is not None
    assert allowed(there, who, "read", lead("west")) is answer


def test_assignments_of_the_definitions_file_count() -> None:
    """An assignment to everyone, and to a department with all below it."""
    there = company(
        definition=DEFINITION
        + """
assignments:
  - {role: own, to: everyone}
  - {role: all, to: {department: Company/East, subdepartments: true}}
  - {role: reads_all, to: {group: night}}
  - {role: creator, to: {person: loner}}
"""
    )
    answers = {
        who.login: (allowed(there, who, "read", lead(None)), allowed(there, who, "update", lead(who.login)))
        for who in there.people
    }

    assert answers == {
        "me": (True, True),
        "colleague": (True, True),
        "below": (True, True),
        "above": (False, True),
        "west": (False, True),
        "both": (True, True),
        "loner": (False, True),
        "other_loner": (False, True),
        "gone": (False, False),
        "grouped": (True, True),
    }


def test_an_entity_without_any_permission_does_not_exist() -> None:
    """An entity for which a person has no permission at all does not exist for them."""
    there = company("reader", "creator")
    me, west = there.person("me"), there.person("west")

    assert me is not None
    assert west is not None
    assert [exists_for(there, me, entity) for entity in ("lead", "activity", "deal", "product")] == [
        True,
        True,
        False,
        False,
    ]
    assert not exists_for(there, west, "lead")
    assert not exists_for(company("none"), me, "lead")
    assert exists_for(company("creator"), me, "lead")
    assert not exists_for(company("creator"), me, "activity")


def test_visible_keeps_the_order() -> None:
    """The records shown are those that may be read."""
    there = company("department")
    me = there.person("me")
    mine, far, near = lead("me"), lead("west"), lead("colleague")

    assert me is not None
    assert visible(there, me, [near, far, mine]) == [near, mine]
