"""Names: of tables, of database roles, of policies and functions.

PostgreSQL cuts identifiers at 63 bytes without an error
(https://www.postgresql.org/docs/current/sql-syntax-lexical.html), so every
name we derive goes through :func:`checked`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rls.errors import RowlockError

MAX_BYTES = 63
"""NAMEDATALEN - 1: the longest identifier PostgreSQL keeps, in bytes."""

VERBS = {"read": "reads", "create": "creates", "update": "updates", "delete": "deletes"}
"""Operation → the verb that ends the name of its predicate function and policy."""

RIGHTS_SCHEMA = "rls"
"""The schema of the helper and predicate functions."""

COUNTERS_SCHEMA = "rls_counter"
"""The schema of the sequences that count against budgets."""


ORGANISATION_TABLES = (
    "person",
    "department",
    "department_member",
    "department_closure",
    "person_group",
    "person_group_member",
    "project_group",
    "project_group_member",
)
"""The tables reach and memberships follow, in the organisation's schema."""


class NameTooLongError(RowlockError):
    """A derived name is longer than PostgreSQL keeps."""


@dataclass(frozen=True, order=True)
class QualifiedName:
    """A schema and a name in it, never a string with a dot."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


def checked(name: str) -> str:
    """Return *name* unless PostgreSQL would cut it.

    :raises NameTooLongError: over 63 bytes in UTF-8.
    """
    size = len(name.encode())
    if size > MAX_BYTES:
        raise NameTooLongError(f'name "{name}" has {size} bytes; PostgreSQL keeps {MAX_BYTES}: shorten it')
    return name


def predicate_name(role: str, operation: str) -> str:
    """Return the name of a role's predicate function and policy: ``manager_reads``."""
    return checked(f"{role}_{VERBS[operation]}")


@dataclass(frozen=True)
class Installation:
    """What ``rowlock init`` was told: the prefix of database roles, the organisation's schema.

    The prefix keeps two databases of one cluster apart, since roles belong to
    the cluster.
    """

    prefix: str = "crm_"
    organisation: str = "crm"

    @property
    def owner(self) -> str:
        """The database role that owns the CRM's tables."""
        return checked(f"{self.prefix}owner")

    @property
    def rls_owner(self) -> str:
        """The database role that owns schema ``rls`` and its functions."""
        return checked(f"{self.prefix}rls_owner")

    @property
    def view_owner(self) -> str:
        """The database role that owns the reading views, and reads the tables below them."""
        return checked(f"{self.prefix}view_owner")

    @property
    def unfiltered_owner(self) -> str:
        """The database role that owns the views without policies, above row security if a superuser says so."""
        return checked(f"{self.prefix}all_owner")

    @property
    def owners(self) -> list[str]:
        """The database roles that own what Rowlock makes."""
        return [self.owner, self.rls_owner, *self.view_owners.values()]

    @property
    def view_owners(self) -> dict[str, str]:
        """Schema of views → the database role that owns them."""
        return {self.views: self.view_owner, self.unfiltered: self.unfiltered_owner}

    @property
    def views(self) -> str:
        """The schema of the reading views."""
        return checked(f"{self.prefix}read")

    @property
    def unfiltered(self) -> str:
        """The schema of the views without policies, for who reads every record."""
        return checked(f"{self.prefix}all")

    @property
    def leakproof(self) -> str:
        """The schema of the leakproof operators."""
        return checked(f"{self.prefix}leakproof")

    @property
    def imports(self) -> str:
        """The schema of the import tables."""
        return checked(f"{self.prefix}import")

    @property
    def everyone(self) -> str:
        """The database role every active person is a member of."""
        return checked(f"{self.prefix}everyone")

    @property
    def principals(self) -> str:
        """A regular expression for the database roles of everyone, of departments and of groups."""
        return f"^{re.escape(self.prefix)}(everyone|department_[0-9]+(_tree)?|(project_)?group_[0-9]+)$"

    def database_role(self, role: str) -> str:
        """Return the database role of a role of the definitions file."""
        return checked(f"{self.prefix}{role}")
