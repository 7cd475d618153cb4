"""The definition that ships: it fits the tables that ship, and says what the contract wants."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rls.definition import Cell, Entity, Level, Operation, Role, levels
from rls.definition.loading import load, standard

DEFINITION = load([standard()])
ROLES = {role.name: role for role in DEFINITION.roles}
SCHEMA = Path(__file__).parents[3] / "sql" / "schema"


def level(role: str, entity: str, operation: Operation, stage: str = "*", pipeline: str = "*") -> str:
    """Return a role's level somewhere."""
    return levels(ROLES[role], DEFINITION.entity(entity), operation)[Cell(pipeline, stage)][0].name


def test_what_ships() -> None:
    """The roles of Bitrix24, no rights, and seven more."""
    assert {
        *("manager", "department_head", "executive", "administrator", "no_rights"),
        *("sales_representative", "support_agent", "sales_manager", "finance"),
        *("quality_control", "telephony_verifier", "account_manager"),
    } == {role.name for role in DEFINITION.roles if not role.abstract}
    assert DEFINITION.assignments == ()
    assert DEFINITION.several_roles == "highest"


def table_of(entity: Entity) -> str:
    """Return the ``create table`` of an entity."""
    (found,) = SCHEMA.glob(f"*/{entity.table.name}.sql")
    return found.read_text()


@pytest.mark.parametrize("entity", DEFINITION.entities, ids=lambda entity: entity.name)
def test_columns_are_those_of_the_table(entity: Entity) -> None:
    """Every column that decides is there, and carried ones are those of the child."""
    text = table_of(entity)
    carried = [entity.carries.owner, entity.carries.open, entity.carries.stage] if entity.carries else []
    columns = [entity.owner and entity.owner.column, entity.open, entity.stage, entity.pipeline, *carried]
    for column in filter(None, [*columns, *(parent.column for parent in entity.parents)]):
        assert re.search(rf"^  {column} ", text, re.MULTILINE), column


@pytest.mark.parametrize("entity", [one for one in DEFINITION.entities if one.stages], ids=lambda entity: entity.name)
def test_stages_are_those_of_the_table(entity: Entity) -> None:
    """In the same order."""
    (allowed,) = re.findall(rf"check \({entity.stage} in \(([^)]*)\)\)", table_of(entity))

    assert ", ".join(f"'{stage}'" for stage in entity.stages) == allowed


def test_pipelines_are_those_of_the_table() -> None:
    """As the schema inserts them."""
    text = (SCHEMA / "crm" / "stage.sql").read_text()
    inserted = re.findall(r"^  \('(\w+)', '(\w+)', '", text, re.MULTILINE)
    declared = [(pipeline.name, stage) for pipeline in DEFINITION.entity("deal").pipelines for stage in pipeline.stages]

    assert sorted(declared) == sorted(inserted)


def test_bitrix_roles_reach_as_far_as_bitrix_says() -> None:
    """Own, with subdepartments, everything, everything."""
    operations: tuple[Operation, ...] = ("read", "create", "update", "delete", "export", "import")
    expected = {"manager": "own", "department_head": "subdepartments", "executive": "all", "administrator": "all"}
    for role, reach in expected.items():
        for entity in ("lead", "contact", "company", "deal", "quote", "invoice", "order", "ticket"):
            assert {reach} == {level(role, entity, operation) for operation in operations}


def test_no_rights_has_none() -> None:
    """Nothing at all."""
    assert ROLES["no_rights"].permissions == ()


def test_only_the_administrator_changes_the_company_and_the_pipelines() -> None:
    """Settings are a right of their own."""
    for entity in ("person", "department", "group", "project_group", "pipeline", "stage"):
        for operation in ("create", "update", "delete", "import"):
            allowed = {name for name in ROLES if level(name, entity, operation) != "none"}
            assert {"administrator"} == allowed


def test_finance_keeps_the_books() -> None:
    """Quotes, orders and invoices all; deals read, not written; bills deleted as drafts only."""
    assert "all" == level("finance", "invoice", "update") == level("finance", "order", "create")
    assert [level("finance", "deal", "read"), level("finance", "deal", "update")] == ["all", "none"]
    assert [level("finance", "invoice", "delete", "draft"), level("finance", "invoice", "delete")] == ["all", "none"]


def test_quality_control_writes_nothing() -> None:
    """It reads every call and whatever activities hang on."""
    assert {"read"} == {permission.operation for permission in ROLES["quality_control"].permissions}
    parents = {parent.entity for parent in DEFINITION.entity("activity").parents}
    assert {"all"} == {level("quality_control", entity, "read") for entity in parents | {"call", "conversation"}}


def test_an_employee_decides_about_no_request_of_their_own() -> None:
    """A right at a stage counts for the record as it becomes."""
    for role in ("sales_representative", "account_manager", "support_agent", "finance"):
        assert {"none"} == {level(role, "workflow_request", "update", stage) for stage in ("approved", "rejected")}
        assert level(role, "workflow_request", "update", "pending") == "own"
    assert level("sales_manager", "workflow_request", "update", "approved") == "subdepartments"


def test_an_account_manager_works_in_renewals_only() -> None:
    """The rights of one pipeline are independent of another's."""
    assert level("account_manager", "deal", "update", "won", "renewals") == "department"
    assert level("account_manager", "deal", "update", "won", "sales") == "none"
    assert level("account_manager", "deal", "read", "won", "sales") == "own"


@pytest.mark.parametrize("role", DEFINITION.roles, ids=lambda role: role.name)
def test_whoever_writes_reads(role: Role) -> None:
    """No role of ours reaches further with update or delete than with read; export neither."""
    for entity in DEFINITION.entities:
        read = levels(role, entity, "read")
        for operation in ("update", "delete", "export"):
            for cell, (reached, _) in levels(role, entity, operation).items():
                assert reached <= read[cell][0]


def test_levels_used() -> None:
    """Every level is shown at work."""
    assert set(Level) == {permission.level for role in DEFINITION.roles for permission in role.permissions}


@pytest.mark.parametrize("file", sorted(standard().iterdir()), ids=lambda file: file.name)
def test_files_are_short(file: Path) -> None:
    """Short to write is a promise."""
    assert len(file.read_text().splitlines()) <= 200
    assert max(map(len, file.read_text().splitlines())) <= 120
