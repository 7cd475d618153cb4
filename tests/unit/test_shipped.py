"""What ships is known by the same names everywhere."""

from __future__ import annotations

from rls.followed import ORGANISATION
from rls.names import ORGANISATION_TABLES


def test_the_organisation_has_the_same_tables_everywhere() -> None:
    """Privileges on them are looked at, and their triggers."""
    assert tuple(ORGANISATION) == ORGANISATION_TABLES
