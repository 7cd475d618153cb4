"""Schema crm: the tables of the CRM, standard pipelines, and what carries a parent's owner to its children."""

from __future__ import annotations

from psycopg import sql

from rls.carrying import carrying
from rls.drift import remember
from rls.migrating import Migration
from rls.referring import function_name, seeing
from rls.shipped import CRM as SCHEMA
from rls.shipped import CRM_CHILDREN as CHILDREN
from rls.shipped import CRM_REFERENCES, CRM_TABLES, NOT_STAMPED

revision = "crm_0001"
down_revision = "support_0001"
branch_labels = ("crm",)
depends_on = None

TABLES = CRM_TABLES


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
    for referring, references in CRM_REFERENCES.items():
        migration.execute(seeing(referring, references, names))
    remember(migration.connection, names, crm=True)


def downgrade() -> None:
    """Drop the tables with everything in them."""
    migration = Migration()
    names = migration.installation
    for table in reversed(TABLES):
        migration.execute(sql.SQL("drop table {} cascade").format(sql.Identifier(SCHEMA, table)))
    for child in CHILDREN:
        for function in child.functions():
            migration.execute(sql.SQL("drop function {}()").format(sql.Identifier("rls", function)))
    for referring in CRM_REFERENCES:
        migration.execute(sql.SQL("drop function {}()").format(sql.Identifier("rls", function_name(referring))))
    if names.organisation != SCHEMA:
        migration.execute(sql.SQL("drop schema {}").format(sql.Identifier(SCHEMA)))
