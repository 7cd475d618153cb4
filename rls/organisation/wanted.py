"""The organisation that should be: what the files say, and the rest as the database has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from rls.definition.wording import shown, unknown
from rls.errors import InputError, Problem
from rls.organisation.entries import Entry, Reading
from rls.organisation.matching import Matching, Someone
from rls.organisation.people import FACTS, Login, Organisation, Path, Person, ancestors, written


@dataclass(frozen=True)
class Wanted:
    """The organisation the files ask for, the active people they do not name, the logins of whom they only mention."""

    organisation: Organisation
    missing: tuple[Person, ...]
    mentioned: frozenset[str]


def wanted(reading: Reading, current: Organisation, roles: Iterable[str], *, dismiss_missing: bool = False) -> Wanted:
    """Return the organisation the files ask for, given what the database has.

    What the files do not speak of stays as it is.  *roles* are the roles of
    the applied definition.

    :raises InputError: everything that is wrong in the files, at once.
    """
    matching = Matching(reading.entries, current.people)
    someones = matching.run()
    problems = reading.problems + matching.problems + _unknown_roles(reading, sorted(roles))
    merged = [_merge(someone, matching, problems) for someone in someones]
    heads = _heads(someones, current, problems)
    if problems:
        raise InputError(problems)
    people = matching.people | {person.login: person for person in merged}
    found = {person.login for person in merged}
    missing = tuple(sorted(person for person in people.values() if person.is_active and person.login not in found))
    if dismiss_missing:
        people |= {person.login: replace(person, is_active=False) for person in missing}
    organisation = Organisation(
        people=frozenset(people.values()),
        departments=current.departments.union(*(ancestors(path) for path in reading.departments)),
        heads=heads,
        members=_members(someones, current),
        groups=current.groups.union(*(entry.groups or () for entry in reading.entries)),
        group_members=_named(someones, current.group_members, lambda entry: entry.groups),
        roles=_named(someones, current.roles, lambda entry: entry.roles) | current.defined,
        defined=current.defined,
        logins=_logins(people.values(), current),
    )
    mentioned = frozenset(someone.login for someone in someones if all(entry.mention for entry in someone.entries))
    return Wanted(organisation, missing, mentioned)


def _unknown_roles(reading: Reading, known: list[str]) -> list[Problem]:
    return [
        Problem(entry.roles_place or entry.place, "roles", _unknown_role(role, known))
        for entry in reading.entries
        for role in sorted(entry.roles or ())
        if role not in known
    ]


def _unknown_role(role: str, known: list[str]) -> str:
    if not known:
        return f"unknown role {shown(role)}: there are none yet, run `rowlock apply` first"
    return unknown("role", role, known)


def _merge(someone: Someone, matching: Matching, problems: list[Problem]) -> Person:
    """Return the person all entries together describe; contradictions become problems."""
    known = matching.people.get(someone.login)
    said: dict[str, str | None] = {}
    for entry in someone.entries:
        facts = dict(entry.facts) | ({"name": entry.name} if entry.name and not _names_login(entry, someone) else {})
        for name, value in facts.items():
            if said.setdefault(name, value) != value:
                message = f"{name} is {shown(value or '')} here and {shown(said[name] or '')} in {someone.place}"
                problems.append(Problem(entry.place, name, message))
    active = [entry.active for entry in someone.entries if entry.active is not None]
    base = known or Person(login=someone.login, name=someone.login)
    facts = {name: said.get(name, getattr(base, name)) for name in FACTS}
    mentioned = all(entry.mention for entry in someone.entries)
    is_active = all(active) if active else base.is_active or not mentioned
    return replace(base, **facts, is_active=is_active)  # type: ignore[arg-type]


def _names_login(entry: Entry, someone: Someone) -> bool:
    """Return whether a mention wrote a login where a name may stand."""
    return entry.mention and entry.name == someone.login


def _heads(someones: Iterable[Someone], current: Organisation, problems: list[Problem]) -> frozenset[tuple[Path, str]]:
    said: dict[Path, tuple[str, Entry]] = {}
    speaking: set[str] = set()
    for someone in someones:
        login = someone.login
        for entry in (entry for entry in someone.entries if entry.heads is not None):
            speaking.add(login)
            for path in sorted(entry.heads or ()):
                other = said.setdefault(path, (login, entry))
                if other[0] != login:
                    message = f"{written(path)} has the head {other[0]} in {other[1].place}: a department has one head"
                    problems.append(Problem(entry.place, "head", message))
    kept = {path: login for path, login in current.heads if login not in speaking}
    return frozenset((kept | {path: login for path, (login, _) in said.items()}).items())


def _members(someones: Iterable[Someone], current: Organisation) -> frozenset[tuple[Path, str]]:
    speaking: set[str] = set()
    found: set[tuple[Path, str]] = set()
    for someone in someones:
        login = someone.login
        for entry in someone.entries:
            if entry.departments is not None:
                speaking.add(login)
            found |= {(path, login) for path in (entry.departments or frozenset()) | (entry.heads or frozenset())}
    return frozenset(pair for pair in current.members if pair[1] not in speaking) | found


def _named(
    someones: Iterable[Someone],
    current: frozenset[tuple[str, str]],
    said: Callable[[Entry], frozenset[str] | None],
) -> frozenset[tuple[str, str]]:
    """Return (name, login) pairs: of those whose entries speak, what they say; of the others the current ones."""
    speaking: set[str] = set()
    found: set[tuple[str, str]] = set()
    for someone in someones:
        for names in (names for entry in someone.entries if (names := said(entry)) is not None):
            speaking.add(someone.login)
            found |= {(name, someone.login) for name in names}
    return frozenset(pair for pair in current if pair[1] not in speaking) | found


def _logins(people: Iterable[Person], current: Organisation) -> frozenset[Login]:
    """Return a login for every person: able to log in as long as they are active."""
    had = {login.name: login for login in current.logins}
    return frozenset(
        replace(had.get(person.login, Login(person.login)), can_login=person.is_active)
        for person in people
        if person.is_active or person.login in had
    )
