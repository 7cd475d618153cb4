"""Values as Python text, and back."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rls import revising as rights
from rls.definition import Definition
from rls.names import QualifiedName
from rls.revising.literal import Literals, constants
from rls.revising.revision import Rights, compared
from tests.property.test_plans import definitions

TABLE = QualifiedName("Sales", 'Deals "2024"')
SQL = st.lists(st.sampled_from(["'won'", '"deal"."x"', " and ", ", ", "\\", "'''", '"""', "\n", "é"]), max_size=40)


@given(SQL.map("".join), st.booleans())
def test_what_was_written_is_read(body: str, alters: bool) -> None:
    """Whatever the SQL, however long."""
    function = rights.Function("reads", TABLE, (("me", "integer"),), body, "crm_manager", "crm_rls_owner")
    change = rights.alter(function, body=body[::-1]) if alters else rights.create(function)

    assert eval(Literals().change(change, "    "), {"rights": rights}) == change  # noqa: S307 - our own text


def test_long_lists_have_a_name() -> None:
    """Those that several changes have; the values are what they were."""
    columns = tuple(f"column_{number}" for number in range(12))
    grants = [rights.Grant("crm_manager", "crm", table, "select", columns) for table in ("deal", "lead")]
    changes = [rights.create(grant) for grant in grants]

    names = constants(changes)
    texts = [Literals(names).change(change, "") for change in changes]

    assert names == {columns: "COLUMNS_1"}
    assert all("columns=COLUMNS_1" in text for text in texts)
    known = {"rights": rights, "COLUMNS_1": columns}
    assert [eval(text, known) for text in texts] == changes  # noqa: S307 - our own text


@settings(deadline=None, max_examples=25)
@given(definitions(), definitions())
def test_both_definitions_come_back(before: Definition, after: Definition) -> None:
    """From one text, line by line."""
    definition = "\n" + compared(before, after)
    written = Rights("x", "1", "crm_", "crm", definition, ())

    assert (written.upgrade.before, written.upgrade.after) == (sorted_(before), sorted_(after))
    assert (written.downgrade.before, written.downgrade.after) == (sorted_(after), sorted_(before))


def sorted_(definition: Definition) -> Definition:
    """Return the definition as loading gives it: permissions in order."""
    from dataclasses import replace

    roles = (
        replace(role, permissions=tuple(sorted(role.permissions, key=lambda one: one.order)))
        for role in definition.roles
    )
    return replace(definition, roles=tuple(roles))
