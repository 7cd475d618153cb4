"""The raw YAML as pydantic models: which keys there are, what they hold, and the JSON Schema for editors.

Docstrings of the fields are the schema's descriptions.  Short forms are written
out before validation, so the rest of the code sees only the long form.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from rls.definition.model import Period, SeveralRoles
from rls.definition.nodes import Number
from rls.definition.short import (
    Everyone,
    OneColumn,
    OneFieldLevel,
    OneLevel,
    OneRole,
    OrNone,
    OwnerColumn,
    RowsPer,
    TableName,
)
from rls.definition.wording import shown
from rls.names import MAX_BYTES

LevelName = Literal["none", "own", "department", "subdepartments", "open", "all"]
MOST_ROWS = 2_000_000_000
"""The most rows a budget can have: so many a counter of any period holds."""

NAME = r"^[a-z][a-z0-9_]*$"


def _identifier(value: str) -> str:
    if not value or len(value.encode()) > MAX_BYTES:
        why = f"has {len(value.encode())} bytes; PostgreSQL keeps {MAX_BYTES}" if value else "is empty"
        raise PydanticCustomError("identifier", "{text}", {"text": f"name {shown(value)} {why}"})
    return value


def _value(value: str) -> str:
    if not value or value == "*":
        message = f"{shown(value)} cannot be the name of a stage or a pipeline"
        raise PydanticCustomError("value", "{text}", {"text": message})
    return value


def _count(value: object) -> int:
    number = isinstance(value, Number) or type(value) is int
    if number and str(value).isdecimal() and 0 < int(str(value)) <= MOST_ROWS:
        return int(str(value))
    message = f"must be a whole number from 1 to {MOST_ROWS}, not {value if number else shown(value)}"
    raise PydanticCustomError("count", "{text}", {"text": message})


Name = Annotated[str, Field(pattern=NAME)]
Identifier = Annotated[str, AfterValidator(_identifier), Field(json_schema_extra={"minLength": 1, "maxLength": 63})]
Count = Annotated[int, BeforeValidator(_count), Field(json_schema_extra={"minimum": 1, "maximum": MOST_ROWS})]
Value = Annotated[str, AfterValidator(_value), Field(json_schema_extra={"minLength": 1})]


class Raw(BaseModel):
    """What all parts of the file have in common: no other keys, no conversions."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True, defer_build=True)


class Table(Raw):
    """A table's schema and name, exactly as the catalog has them."""

    schema_: Identifier = Field(alias="schema", examples=["crm"])
    """The schema."""
    name: Identifier = Field(examples=["deal"])
    """The table's name in it."""


class Owner(Raw):
    """The column that names a record's owner."""

    column: Identifier = Field(examples=["owner_id"])
    """The column."""
    holds: Literal["id", "key"] = "id"
    """What the column holds: `id` = person.id, `key` = person.key (any type: a uuid, a number, a login)."""


class Carries(Raw):
    """The columns of a child that copy what decides over its parent; triggers keep them."""

    owner: Identifier | None = Field(default=None, examples=["parent_owner_id"])
    """Copy of the parent's owner column; needed when a parent has an owner."""
    open: Identifier | None = Field(default=None, examples=["parent_is_open"])
    """Copy of the parent's open flag; needed when a parent has one."""
    stage: Identifier | None = Field(default=None, examples=["parent_stage"])
    """Copy of the parent's stage; needed when a parent has one."""
    pipeline: Identifier | None = Field(default=None, examples=["parent_pipeline"])
    """Copy of the parent's pipeline; needed when a parent has one."""


class Budget(Raw):
    """So many rows in a period of time."""

    rows: Count = Field(examples=[10000])
    """How many rows."""
    per: Period = Field(examples=["day"])
    """In which time."""


class CreateBudget(Budget):
    """So many new rows in a period of time, and by one statement."""

    statement: Count | None = Field(default=None, examples=[100])
    """How many by one statement; as many as the period has when left out."""


class Entity(Raw):
    """A kind of record, kept in one table: which table, and which of its columns decide."""

    description: str = ""
    """What it is, for people."""
    table: Annotated[Table, TableName] = Field(examples=["crm.deal", {"schema": "Sales", "name": "Deals 2024"}])
    """The table: `schema.table`, or `{schema: …, name: …}`; upper case is kept as written."""
    owner: Annotated[Owner, OwnerColumn] | None = Field(
        default=None, examples=["owner_id", {"column": "rep_no", "holds": "key"}]
    )
    """The column holding the record owner's person.id. Without it only `none` and `all` apply."""
    open: Identifier | None = Field(default=None, examples=["is_open"])
    """A boolean column: records flagged by it are reached by level `open`."""
    stage: Identifier | None = Field(default=None, examples=["stage"])
    """The column holding the record's stage."""
    stages: list[Value] | None = Field(default=None, examples=[["new", "in_process", "converted", "junk"]])
    """The stages rights may speak of, in order (an entity without pipelines)."""
    pipeline: Identifier | None = Field(default=None, examples=["pipeline"])
    """The column holding the record's pipeline."""
    pipelines: dict[Value, list[Value]] | None = Field(default=None, examples=[{"sales": ["prospecting", "won"]}])
    """Pipeline → its stages, in order."""
    parents: dict[Identifier, str] | None = Field(default=None, examples=[{"deal_id": "deal", "lead_id": "lead"}])
    """Column → entity: records of this entity belong to those and follow their rights; exactly one column is filled."""
    carries: Carries | None = None
    """The columns that copy what decides over the parent."""
    key: Annotated[list[Identifier], OneColumn] | None = Field(default=None, examples=[["id"]])
    """The columns of the key; the table's primary key when left out."""
    columns: Annotated[list[Identifier], OneColumn] | None = Field(default=None, examples=[["id", "name"]])
    """The columns people may see at all; every column the table has when left out."""
    fields: dict[Name, Annotated[list[Identifier], OneColumn]] | None = Field(
        default=None, examples=[{"finance": ["amount", "margin"]}]
    )
    """Group → columns with rights of their own: where a role has no right to the group, they read as NULL."""
    read_budget: Annotated[Budget | Literal["none"], OrNone(Annotated[Budget, RowsPer])] | None = Field(
        default=None, examples=["10000 per day", "none"]
    )
    """How many rows beyond their export level people read; without it, or with `none`, reading is not metered."""
    create_budget: Annotated[CreateBudget, RowsPer] | None = Field(
        default=None, examples=["1000 per day", {"rows": 1000, "per": "day", "statement": 100}]
    )
    """How many rows beyond their import level people create; without it creating is not metered."""
    barrier: bool = False
    """True: people read it through its reading view only, where no condition of theirs sees a hidden row."""


class Operations(Raw):
    """A level for each operation; an operation left out is inherited."""

    read: LevelName | None = None
    """Whose records may be read."""
    create: LevelName | None = None
    """Whose records may be created: `own` = only mine."""
    update: LevelName | None = None
    """Whose records may be changed; the changed record must still lie within it."""
    delete: LevelName | None = None
    """Whose records may be deleted."""
    export: LevelName | None = None
    """Whose records may be exported in bulk."""
    import_: LevelName | None = Field(default=None, alias="import")
    """Whose records may be imported in bulk."""


class FieldLevels(Raw):
    """Levels for a group of fields; what is left out is inherited, or as for the record."""

    read: LevelName | None = None
    """In whose records the fields are seen, of those that may be read."""
    update: LevelName | None = None
    """In whose records the fields are written, of those that may be changed or created."""


class PipelinePermissions(Operations):
    """Levels in one pipeline: an operation named here is independent of the entity's own levels and stages."""

    stages: dict[str, Annotated[Operations, OneLevel]] | None = Field(
        default=None, examples=[{"won": {"update": "none"}}]
    )
    """Stage → its own levels; a level for an operation replaces the inherited one there."""


class Permissions(PipelinePermissions):
    """Levels on one entity."""

    pipelines: dict[str, Annotated[PipelinePermissions, OneLevel]] | None = Field(
        default=None, examples=[{"partners": {"read": "all"}}]
    )
    """Pipeline → its own levels."""
    fields: dict[str, Annotated[FieldLevels, OneFieldLevel]] | None = Field(
        default=None, examples=[{"finance": "own"}, {"finance": {"read": "department", "update": "none"}}]
    )
    """Group of fields → its own levels, the same at every stage; a group not mentioned is as the record."""


class Role(Raw):
    """A named set of permissions that people are assigned to."""

    description: str = ""
    """What the role is for."""
    abstract: bool = False
    """True: only for other roles to extend; nobody can be assigned to it."""
    timed: bool = False
    """True: assignments to it may have a start and an end."""
    extends: Annotated[list[str], OneRole] | None = Field(default=None, examples=[["employee"]])
    """Roles whose permissions this one starts from; of several, the highest level counts."""
    permissions: dict[str, Annotated[Permissions, OneLevel]] | None = Field(
        default=None, examples=[{"*": "own", "deal": {"read": "department", "stages": {"won": {"update": "none"}}}}]
    )
    """Entity (or `*` = every entity the level can apply to) → levels. What is not mentioned is `none`."""


class Principal(Raw):
    """Who is assigned: exactly one of them."""

    everyone: Literal[True] | None = None
    """True: every active person; written shorter as `to: everyone`."""
    person: str | None = Field(default=None, min_length=1, examples=["alice"])
    """One person, by login."""
    department: str | None = Field(default=None, examples=["Company/East"])
    """The people of one department, by its path from the root."""
    subdepartments: bool | None = None
    """With `department`: also the people of every department below it."""
    group: str | None = Field(default=None, min_length=1, examples=["Auditors"])
    """The people of a group, by name."""
    project_group: str | None = Field(default=None, min_length=1, examples=["Migration"])
    """The people of a project group, by name."""


class Assignment(Raw):
    """A role given to a person, a department, a group or everyone by the file itself."""

    role: str = Field(examples=["manager"])
    """The role."""
    to: Annotated[Principal, Everyone] = Field(
        examples=["everyone", {"person": "alice"}, {"department": "Company/East", "subdepartments": True}]
    )
    """Who holds it."""


class File(Raw):
    """A Rowlock definition: which tables hold what, which roles may do what with it, and who holds them.

    One file, or all *.yaml files of a directory together.
    """

    several_roles: SeveralRoles | None = None
    """How several roles of one person add up where stages differ: `highest` (the default) or `explicit` (Bitrix24)."""
    entities: dict[Name, Entity] | None = None
    """Name → entity."""
    roles: dict[Name, Role] | None = None
    """Name → role."""
    assignments: list[Assignment] | None = None
    """Assignments that belong to the definition, beside those made by command."""


class _Editors(GenerateJsonSchema):
    """JSON Schema without null: a key left out and a key without value are not the same in our files."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Describe only what may be written."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Leave out defaults that cannot be written."""
        described = super().default_schema(schema)
        return {key: value for key, value in described.items() if (key, value) != ("default", None)}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a definitions file, for editors to complete and check it."""
    schema = File.model_json_schema(schema_generator=_Editors)
    return {"$schema": _Editors.schema_dialect} | schema | {"title": "Rowlock definition"}
