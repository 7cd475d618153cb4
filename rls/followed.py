"""The tables whose changes reach and memberships follow."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Following:
    """How reach and memberships follow a table: which updates lock the organisation, and the trigger function."""

    update: str
    function: str


ORGANISATION = {
    "person": Following("update of login, key, is_active", "follow_person"),
    "department": Following("update of id, parent_id", "follow_department"),
    "department_member": Following("update", "follow_member"),
    "department_closure": None,
    "person_group": Following("update of id", "follow_group"),
    "person_group_member": Following("update", "follow_group_member"),
    "project_group": Following("update of id", "follow_group"),
    "project_group_member": Following("update", "follow_group_member"),
}
"""The organisation's tables in the order of their references, and how reach and memberships follow them."""

FOLLOWED = {"role": Following("update", "follow_role"), "assignment": Following("update", "follow_assignment")}
"""Tables of schema ``rls`` that memberships follow."""
