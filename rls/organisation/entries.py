"""What files say of people, before it is known who is who: entries, and CSV files read into them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path as FilePath

from rls.definition.wording import shown
from rls.errors import InputError, Problem
from rls.organisation.logins import fault
from rls.organisation.mapping import Source, fit
from rls.organisation.people import Path
from rls.organisation.rows import Row, Table

COLUMNS = {
    "login": "login", "name": "name", "email": "email", "title": "job_title", "phone": "phone",
    "hired_on": "hired_on", "key": "key", "active": "active", "department": "department", "head": "head",
    "heads": "heads", "groups": "groups", "roles": "roles", "head_roles": "head_roles",
}  # fmt: skip
"""Column of a people file → what it fills."""

YES = frozenset({"yes", "y", "true", "t", "1", "on"})
NO = frozenset({"no", "n", "false", "f", "0", "off"})


@dataclass(frozen=True)
class Entry:
    """What one place of a file says of one person.

    None means that it says nothing, so that what the database has stays.  A
    mention names somebody without being their own row (a department's head).
    """

    place: str
    name: str
    login: str | None = None
    facts: Mapping[str, str | None] = field(default_factory=dict)
    active: bool | None = None
    departments: frozenset[Path] | None = None
    heads: frozenset[Path] | None = None
    groups: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    roles_place: str = ""
    mention: bool = False

    @property
    def key(self) -> str | None:
        """What other tables of the company use to name this person."""
        return self.facts.get("key")


@dataclass
class Reading:
    """What has been read so far: entries, departments named, and everything that is wrong."""

    prefix: str = ""
    entries: list[Entry] = field(default_factory=list)
    departments: set[Path] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, place: str, path: str, message: str) -> None:
        """Note that something is wrong."""
        self.problems.append(Problem(place, path, message))

    def login(self, place: str, login: str | None) -> str | None:
        """Return *login*, or None after noting what is wrong with it."""
        message = fault(login, self.prefix) if login else ""
        if message:
            self.problem(place, "login", message)
        return None if message else login or None

    def name(self, place: str, name: str) -> str:
        """Return *name* after noting what must not be in one."""
        if not name.isprintable():
            self.problem(place, "name", f"{shown(name)} has a line break or another control character: remove it")
        return name

    def active(self, place: str, text: str) -> bool | None:
        """Return what yes or no *text* says."""
        if text.lower() in YES | NO:
            return text.lower() in YES
        if text:
            self.problem(place, "active", f"{shown(text)} is neither yes nor no")
        return None

    def hired_on(self, place: str, text: str | None) -> str | None:
        """Return the date *text* in ISO form."""
        try:
            return date.fromisoformat(text).isoformat() if text else None
        except ValueError:
            self.problem(place, "hired_on", f"{shown(text)} is not a date: write it as 2026-12-31")
            return None

    def path(self, place: str, text: str) -> Path | None:
        """Return the department path written *text*, remembering the department."""
        path = tuple(part.strip() for part in text.strip().split("/"))
        if not all(path):
            self.problem(place, "department", f"{shown(text)} has an empty name in it: write Company/Office/Team")
            return None
        self.departments.add(path)
        self.name(place, text)
        return path


def listed(text: str) -> list[str]:
    """Return the parts of a cell that lists several things: "A; B" → ["A", "B"]."""
    return [part.strip() for part in text.split(";") if part.strip()]


def read_csv(path: FilePath, sources: Mapping[str, Source], reading: Reading, delimiter: str, encoding: str) -> None:
    """Read the people of a CSV file into *reading*.

    :raises InputError: the file or its header cannot be used at all.
    """
    table = Table(path, delimiter, encoding)
    fitted = fit(table, sources, COLUMNS)
    if "name" not in fitted and "login" not in fitted:
        message = "no column says who the people are: name one login or name, or say --map name=COLUMN"
        raise InputError([Problem(f"{path}:1", "", message)])
    for row in table.rows():
        _read_row(_Cells(row, fitted), reading)
    reading.problems += table.problems


@dataclass(frozen=True)
class _Cells:
    """A row seen through the sources."""

    row: Row
    sources: Mapping[str, Source]

    def __contains__(self, target: str) -> bool:
        return target in self.sources

    def text(self, target: str) -> str:
        source = self.sources.get(target)
        return source.value(self.row) if source else ""

    def place(self, target: str) -> str:
        source = self.sources.get(target)
        return source.place(self.row) if source else self.row.place()

    def paths(self, target: str, reading: Reading) -> frozenset[Path] | None:
        """Return the departments a cell lists; None when the file has no such column."""
        if target not in self:
            return None
        source, place = self.sources[target], self.place(target)
        if len(source.parts) > 1 or source.parts[0][0]:
            for column in source.columns:
                if "/" in self.row.value(column):
                    message = f"{shown(self.row.value(column))} has a / in it, which parts departments: replace it"
                    reading.problem(self.row.place(column), target, message)
                    return None
        found = (reading.path(place, part) for part in listed(self.text(target)))
        return frozenset(path for path in found if path)

    def names(self, target: str) -> frozenset[str] | None:
        return frozenset(listed(self.text(target))) if target in self else None


def _read_row(cells: _Cells, reading: Reading) -> None:
    name, login = cells.text("name"), cells.text("login")
    if not name and not login:
        reading.problem(cells.place("name"), "name", "empty: a person needs a name or a login")
        return
    departments = cells.paths("department", reading)
    reading.entries.append(
        Entry(
            place=cells.place("name" if name else "login"),
            name=reading.name(cells.place("name"), name),
            login=reading.login(cells.place("login"), login),
            facts=_facts(cells, reading),
            active=reading.active(cells.place("active"), cells.text("active")),
            departments=departments,
            heads=cells.paths("heads", reading),
            groups=cells.names("groups"),
            roles=cells.names("roles"),
            roles_place=cells.place("roles"),
        )
    )
    reading.entries.extend(_head(cells, departments, reading))


def _facts(cells: _Cells, reading: Reading) -> dict[str, str | None]:
    facts = {
        field: cells.text(column) or None
        for column, field in COLUMNS.items()
        if column in ("email", "title", "phone", "hired_on", "key") and column in cells
    }
    if "hired_on" in facts:
        facts["hired_on"] = reading.hired_on(cells.place("hired_on"), facts["hired_on"])
    return facts


def _head(cells: _Cells, departments: frozenset[Path] | None, reading: Reading) -> Iterator[Entry]:
    """Yield the mention of whoever heads this row's department."""
    head = cells.text("head")
    if not head:
        return
    if not departments:
        reading.problem(cells.place("head"), "head", f"{shown(head)} heads no department: give this row a department")
        return
    yield Entry(
        place=cells.place("head"),
        name=reading.name(cells.place("head"), head),
        departments=frozenset(),
        heads=departments,
        roles=cells.names("head_roles"),
        roles_place=cells.place("head_roles"),
        mention=True,
    )
