"""The organisation as a list of people, each with everything that is theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from rls.organisation.people import Organisation, Path, written


def listing(organisation: Organisation) -> list[dict[str, Any]]:
    """Return one row a person, by login: name, departments, what they head, groups, roles assigned directly."""
    departments, heads = _by_login(organisation.members), _by_login(organisation.heads)
    groups, roles = _by_login(organisation.group_members), _by_login(organisation.roles)
    return [
        {
            "login": person.login,
            "name": person.name,
            "departments": departments[person.login],
            "heads": heads[person.login],
            "groups": groups[person.login],
            "roles": roles[person.login],
            "active": person.is_active,
        }
        for person in sorted(organisation.people)
    ]


def _by_login(pairs: Iterable[tuple[Path | str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, login in sorted(pairs):
        found[login].append(name if isinstance(name, str) else written(name))
    return found
