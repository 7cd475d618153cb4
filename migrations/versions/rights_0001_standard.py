"""The rights of the definition Rowlock ships: its roles exist, and nobody holds one until somebody assigns it."""

from __future__ import annotations

from rls.definition.loading import load, standard
from rls.definition.model import Definition
from rls.migrating import Migration
from rls.plan import deploy

revision = "rights_0001"
down_revision = "crm_0001"
branch_labels = ("rights",)
depends_on = None


def upgrade() -> None:
    """Apply the shipped definition, unless one was applied already."""
    connection = Migration().connection
    row = connection.execute("select definition is null from rls.installation").fetchone()
    if row and row[0]:
        deploy(connection, load([standard()]))


def downgrade() -> None:
    """Take all rights away, whichever definition they come from; the tables stay closed."""
    connection = Migration().connection
    deploy(connection, Definition())
    connection.execute("update rls.installation set definition = null, definition_digest = null")
