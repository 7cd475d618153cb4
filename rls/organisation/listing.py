"""The organisation as a list of people, each with everything that is theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from rls.organisation.people import Organisation, Path, written


def listing(organisation: Organisation) -> list[dict[str, Any]]:
    """Return one row a person, by login: name, departments, what they head, roles assigned directly."""
    departments, heads = _by_login(organisation.members), _by_login(organisation.heads)
    roles: dict[str, list[str]] = defaultdict(list)
    for role, login in sorted(organisation.roles):
        roles[login].append(role)
    return [
        {
            "login": person.login,
            "name": person.name,
            "departments": departments[person.login],
            "heads": heads[person.login],
            "roles": roles[person.login],
            "active": person.is_active,
        }
        for person in sorted(organisation.people)
    ]


def _by_login(pairs: Iterable[tuple[Path, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for path, login in sorted(pairs):
        found[login].append(written(path))
    return found
