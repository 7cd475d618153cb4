"""How many statements changes take."""

from __future__ import annotations

from rls.names import Installation, QualifiedName
from rls.plan.changes import Change
from rls.plan.render import transaction
from rls.state.objects import AssignmentRow, Function, Grant

DEAL = QualifiedName("crm", "deal")


def texts(*changes: Change) -> list[str]:
    """Return the statements that make the changes, each on a line, but for SET ROLE."""
    made = (" ".join(each.as_string(None).split()) for each in transaction(changes, Installation()))
    return [text for text in made if not text.startswith("set local role")]


def test_grantees_of_the_same_share_a_statement() -> None:
    """On one table, whatever comes between; who gets something else has one alone."""
    things = [
        Grant(role, schema, "deal", privilege, ("id", "title") if privilege == "select" else None)
        for role, privileges in {"one": ("delete", "select"), "two": ("delete", "select"), "three": ("select",)}.items()
        for schema in ("crm", "crm_read")
        for privilege in privileges
    ]
    both, alone = 'delete, select ("id", "title")', 'select ("id", "title")'
    assert texts(*(Change(None, thing) for thing in things)) == [
        f'grant {privileges} on table "{schema}"."deal" to {roles}'
        for schema in ("crm", "crm_read")
        for privileges, roles in ((both, '"one", "two"'), (alone, '"three"'))
    ]
    assert texts(*(Change(thing, None) for thing in things[:4:2])) == [
        'revoke delete on table "crm"."deal" from "one"',
        'revoke delete on table "crm_read"."deal" from "one"',
    ]


def test_what_was_passed_on_goes_by_itself() -> None:
    """CASCADE is said only of a privilege that could be."""
    things = [Grant("one", "crm", "deal", "select", grantable=True), Grant("one", "crm", "deal", "delete")]
    assert texts(*(Change(thing, None) for thing in things)) == [
        'revoke delete on table "crm"."deal" from "one"',
        'revoke select on table "crm"."deal" from "one" cascade',
    ]


def test_names_of_a_view_are_known_until_its_privileges_are_gone() -> None:
    """Who takes a privilege on a view needs that on its schema, which goes afterwards."""
    on_view, on_schema = Grant("one", "crm_read", "deal", "select"), Grant("crm_view_owner", "crm", None, "usage")
    assert texts(Change(on_view, None), Change(on_schema, None)) == [
        'revoke select on table "crm_read"."deal" from "one"',
        'revoke usage on schema "crm" from "crm_view_owner"',
    ]


def test_functions_are_closed_together_and_opened_by_role() -> None:
    """However many: one statement takes them from everybody."""
    things = [Function(f"{role}_reads", DEAL, (), "true", f"crm_{role}", "crm_rls_owner") for role in ("one", "two")]
    assert texts(*(Change(None, thing) for thing in things))[2:] == [
        'revoke all on function "rls"."one_reads"("crm"."deal"), "rls"."two_reads"("crm"."deal") from public',
        'grant execute on function "rls"."one_reads"("crm"."deal") to "crm_one"',
        'grant execute on function "rls"."two_reads"("crm"."deal") to "crm_two"',
    ]


def test_rows_are_one_statement() -> None:
    """So that triggers look at the organisation once."""
    things = [AssignmentRow("one", "everyone", None), AssignmentRow("two", "department", 3)]
    (statement,) = texts(*(Change(None, thing) for thing in things))
    assert "values ('one', 'everyone', NULL, true), ('two', 'department', 3, true) on conflict" in statement
