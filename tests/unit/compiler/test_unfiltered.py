"""Who reads an entity by its view without policies: whoever reads every record of it, whatever else they hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from rls.compiler.metering import Metering
from rls.compiler.rights import Rights
from rls.compiler.unfiltered import reads_everything, unfiltered
from rls.definition.loading import load
from tests.database.company import definition

ENTITIES = """
entities:
  deal: {table: crm.deal, owner: owner_id, stage: stage, stages: [new, won]}
  lead: {table: crm.lead, owner: owner_id, read_budget: 5 per day}
  note: {table: crm.note, parents: {deal_id: deal}, carries: {owner: deal_owner, stage: deal_stage}}
  call:
    table: crm.call
    parents: {deal_id: deal, lead_id: lead}
    carries: {owner: its_owner, stage: its_stage}
"""

EXPLICIT = "several_roles: explicit"

S = "s: {permissions: {deal: {read: own, stages: {won: {read: own}}}}}"

ROLES = {
    "everything": ("r: {permissions: {deal: all}}", ("deal", "note")),
    "nearly everything": ("r: {permissions: {deal: subdepartments}}", ()),
    "reading alone": ("r: {permissions: {deal: {read: all}}}", ("deal", "note")),
    "all but a stage": ("r: {permissions: {deal: {read: all, stages: {won: {read: own}}}}}", ()),
    "a stage alone": ("r: {permissions: {deal: {read: own, stages: {won: {read: all}}}}}", ()),
    "for a time": ("r: {timed: true, permissions: {deal: all}}", ()),
    "counted": ("r: {permissions: {lead: {read: all}}}", ()),
    "counted in part": ("r: {permissions: {lead: {read: all, export: department}}}", ()),
    "exporting": ("r: {permissions: {lead: {read: all, export: all}}}", ("lead",)),
    "one parent of two": ("r: {permissions: {deal: {read: all}, lead: {read: own, export: all}}}", ("deal", "note")),
    "both parents": (
        "r: {permissions: {deal: {read: all}, lead: {read: all, export: all}}}",
        ("call", "deal", "lead", "note"),
    ),
    "beside one who says a stage": (
        "r: {permissions: {deal: all}}\n  " + S,
        ("deal", "note"),
    ),
}

OVERRULED = {
    "overruled": (
        "r: {permissions: {deal: {read: all}}}\n  " + S,
        (),
    ),
    "as explicit": (
        "r: {permissions: {deal: {read: all, stages: {won: {read: all}}}}}\n  " + S,
        ("deal", "note"),
    ),
}


@pytest.mark.parametrize("case", ROLES)
def test_who_reads_everything(case: str) -> None:
    """Who reads everything."""
    roles, expected = ROLES[case]
    assert unfiltered(definition(ENTITIES, f"roles:\n  {roles}"))["r"] == expected


@pytest.mark.parametrize("case", OVERRULED)
def test_whom_another_role_may_overrule_does_not(case: str) -> None:
    """Whom another role may overrule does not."""
    roles, expected = OVERRULED[case]
    assert unfiltered(definition(ENTITIES, EXPLICIT, f"roles:\n  {roles}"))["r"] == expected


@pytest.mark.parametrize("path", ["rls/definition/standard", "tests/fixtures/confidential.yaml"])
def test_it_is_who_has_the_policy_true(path: str) -> None:
    """It is who has the policy ``true``, for every role and entity."""
    found = load([Path(__file__).parents[3] / path])
    told = {
        (role.name, entity.name): (
            reads_everything(rights := Rights(found, entity), role),
            rights.predicate(role, "read").body() == "true" and not Metering(rights).counts(role),
        )
        for role in found.roles
        if not role.abstract
        for entity in found.entities
    }

    assert {key for key, (ours, _) in told.items() if ours} == {key for key, (_, true) in told.items() if true}
    assert {ours for ours, _ in told.values()} == {True, False}
