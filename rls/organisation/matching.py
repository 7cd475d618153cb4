"""Who is who: which entries of files speak of the same person, and whom of the database they mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from rls.definition.wording import shown
from rls.errors import Problem
from rls.organisation.entries import Entry
from rls.organisation.logins import NoLoginError, derive
from rls.organisation.people import Person


@dataclass
class Someone:
    """One person as all their entries together describe them."""

    entries: list[Entry] = field(default_factory=list)
    login: str = ""

    @property
    def place(self) -> str:
        """Where the first entry stands."""
        return self.entries[0].place

    @property
    def name(self) -> str:
        """The first name written."""
        return next((entry.name for entry in self.entries if entry.name), "")


class Matching:
    """Joins the entries that speak of the same person, and finds that person in the database.

    A login or a key says who somebody is.  Without either the name does, as
    long as only one person has it.
    """

    def __init__(self, entries: Iterable[Entry], people: Iterable[Person]) -> None:
        self.entries = list(entries)
        self.people = {person.login: person for person in people}
        self.someones: list[Someone] = []
        self.by_login: dict[str, Someone] = {}
        self.by_key: dict[str, Someone] = {}
        self.by_name: dict[str, list[Someone]] = defaultdict(list)
        self.problems: list[Problem] = []

    def run(self) -> list[Someone]:
        """Return every person of the files, each with a login; what is wrong is in ``problems``."""
        for entry in (entry for entry in self.entries if entry.login or entry.key):
            self._join(entry, self._same_identity(entry))
        for entry in (entry for entry in self.entries if not (entry.login or entry.key or entry.mention)):
            self._plain_row(entry)
        for entry in (entry for entry in self.entries if entry.mention and not (entry.login or entry.key)):
            self._join(entry, self._mentioned(entry))
        self._known_logins()
        self._new_logins()
        return self.someones

    def _problem(self, entry: Entry, message: str) -> None:
        self.problems.append(Problem(entry.place, "", message))

    def _join(self, entry: Entry, someone: Someone | None) -> None:
        if someone is None:
            someone = Someone()
            self.someones.append(someone)
        if entry.name and entry.name != someone.name:
            self.by_name[entry.name].append(someone)
        someone.entries.append(entry)
        if entry.login:
            someone.login = entry.login
            self.by_login[entry.login] = someone
        if entry.key:
            self.by_key[entry.key] = someone

    def _same_identity(self, entry: Entry) -> Someone | None:
        by_login = self.by_login.get(entry.login or "")
        by_key = self.by_key.get(entry.key or "")
        if by_key and entry.login and by_key.login not in ("", entry.login):
            self._problem(entry, f'key {shown(entry.key)} is also that of "{by_key.login}" ({by_key.place}): keep one')
            return by_login
        return by_login or by_key

    def _plain_row(self, entry: Entry) -> None:
        others = self.by_name[entry.name]
        if others:
            message = (
                f"{shown(entry.name)} is in {others[0].place} too: give both a login, "
                "or write one person's departments in one row, parted by ;"
            )
            self._problem(entry, message)
        else:
            self._join(entry, None)

    def _mentioned(self, entry: Entry) -> Someone | None:
        found = self.by_name[entry.name] or [one for one in (self.by_login.get(entry.name),) if one]
        if len(found) > 1:
            self._problem(entry, f"{len(found)} people are called {shown(entry.name)}: write a login")
        return found[0] if found else None

    def _known_logins(self) -> None:
        """Find those without a login among the people the database has: by key, then by name."""
        claimed = {someone.login for someone in self.someones if someone.login}
        by_key = {person.key: person for person in self.people.values() if person.key}
        by_name: dict[str, list[Person]] = defaultdict(list)
        for person in sorted(self.people.values()):
            by_name[person.name].append(person)
        for someone in self.someones:
            key = next((entry.key for entry in someone.entries if entry.key), None)
            known = by_key.get(key) if key else None
            if known and someone.login and someone.login != known.login:
                self._problem(
                    someone.entries[0], f'key {shown(key)} is that of "{known.login}" already: use that login'
                )
            if someone.login:
                continue
            if known is None:
                known = self._by_name(someone, key, by_name, claimed)
            if known is not None:
                someone.login = known.login
                claimed.add(known.login)

    def _by_name(
        self, someone: Someone, key: str | None, by_name: dict[str, list[Person]], claimed: set[str]
    ) -> Person | None:
        if all(entry.mention for entry in someone.entries) and someone.name in self.people:
            return self.people[someone.name]
        candidates = [
            person
            for person in by_name[someone.name]
            if person.login not in claimed and (key is None or person.key is None)
        ]
        active = [person for person in candidates if person.is_active] or candidates
        if len(active) > 1:
            logins = ", ".join(person.login for person in active)
            self._problem(someone.entries[0], f"{shown(someone.name)} may be any of {logins}: write which login")
        return active[0] if active else None

    def _new_logins(self) -> None:
        taken = set(self.people) | {someone.login for someone in self.someones if someone.login}
        for someone in self.someones:
            if not someone.login:
                try:
                    someone.login = derive(someone.name, taken)
                except NoLoginError as error:
                    self._problem(someone.entries[0], str(error))
                taken.add(someone.login)
