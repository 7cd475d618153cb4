"""Schema crm: the tables of the CRM, standard pipelines, and what carries a parent's owner to its children."""

from __future__ import annotations

from psycopg import sql

from rls.carrying import Carried, Child, Followed, carrying
from rls.migrating import Migration
from rls.names import QualifiedName

revision = "crm_0001"
down_revision = "support_0001"
branch_labels = ("crm",)
depends_on = None

TABLES = (
    "pipeline",
    "stage",
    "product",
    "lead",
    "company",
    "contact",
    "deal",
    "quote",
    "sales_order",
    "invoice",
    "ticket",
    "line_item",
    "activity",
    "sales_plan",
    "web_form",
    "site_widget",
    "task",
    "call",
    "workflow_request",
    "folder",
    "file",
    "conversation",
)
"""In the order of their references."""

NOT_STAMPED = ("pipeline", "stage")

SCHEMA = "crm"


def _followed(name: str, reference: str | None = None) -> Followed:
    stage = None if name in ("contact", "company") else "stage"
    has = Carried("owner_id", "is_open", stage, "pipeline" if name == "deal" else None)
    return Followed(reference or f"{name}_id", QualifiedName(SCHEMA, name), has)


CARRIED = Carried("parent_owner_id", "parent_is_open", "parent_stage", "parent_pipeline")
SOLD = (_followed("deal"), _followed("quote"), _followed("invoice"), _followed("sales_order", "order_id"))
TALKED_OF = (_followed("lead"), _followed("contact"), _followed("company"), _followed("ticket"))
CHILDREN = (
    Child(QualifiedName(SCHEMA, "line_item"), CARRIED, SOLD),
    Child(QualifiedName(SCHEMA, "activity"), CARRIED, SOLD + TALKED_OF),
)


def upgrade() -> None:
    """Install."""
    migration = Migration()
    names = migration.installation
    if names.organisation != SCHEMA:
        migration.run("schema/crm_schema.sql")
    with migration.acting_as(names.owner):
        for table in TABLES:
            migration.run(f"schema/crm/{table}.sql")
    for table in TABLES:
        name = sql.Identifier(SCHEMA, table)
        migration.run("templates/protect.sql", table=name)
        if table not in NOT_STAMPED:
            migration.run("templates/stamp.sql", table=name)
    for child in CHILDREN:
        for statement in carrying(child, names):
            migration.execute(statement)


def downgrade() -> None:
    """Drop the tables with everything in them."""
    migration = Migration()
    names = migration.installation
    for table in reversed(TABLES):
        migration.execute(sql.SQL("drop table {} cascade").format(sql.Identifier(SCHEMA, table)))
    for child in CHILDREN:
        for function in child.functions():
            migration.execute(sql.SQL("drop function {}()").format(sql.Identifier("rls", function)))
    if names.organisation != SCHEMA:
        migration.execute(sql.SQL("drop schema {}").format(sql.Identifier(SCHEMA)))
