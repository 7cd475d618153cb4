"""Where attacks take place: people's own logins on a real server, and an administrator who knows what is hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, LiteralString

import psycopg

from tests.fixtures.database import Database

KEPT = ("mallory", "eve", "tess", "bob", "carol", "dave", "crm_app", "deployer")
"""Logins whose connections one attack leaves to the next."""

MARKS = ("HIDDEN", "777001", "31337", "2031-07-19")
"""What stands in rows, columns and values that mallory may not see, and nowhere else."""


def shows(found: object) -> bool:
    """Tell whether anything hidden is in what was found."""
    text = str(found).upper()
    return any(mark in text for mark in MARKS)


Values = Sequence[Any] | Mapping[str, Any]


class Session:
    """A login's own connection, in one transaction that is never committed unless the attack says so."""

    def __init__(self, connection: psycopg.Connection, who: str) -> None:
        self.connection = connection
        self.who = who

    def renew(self) -> bool:
        """Make the connection as good as new; tell whether it is."""
        try:
            self.connection.rollback()
            self.connection.autocommit = True
            self.connection.execute("discard all")
            self.connection.execute("set jit = off")
            self.connection.autocommit = False
        except psycopg.Error:
            return False
        return True

    def run(self, text: LiteralString, values: Values | None = None) -> int:
        """Run a statement; return the number of rows it touched."""
        return self.connection.execute(text, values).rowcount

    def rows(self, text: LiteralString, values: Values | None = None) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        return self.connection.execute(text, values).fetchall()

    def value(self, text: LiteralString, values: Values | None = None) -> Any:
        """Return the first column of the first row."""
        return self.rows(text, values)[0][0]

    def tries(self, text: LiteralString, values: Values | None = None) -> bool:
        """Tell whether a statement runs; the transaction goes on either way."""
        return self.error(text, values) is None

    def error(self, text: LiteralString, values: Values | None = None) -> psycopg.Error | None:
        """Return the error of a statement; the transaction goes on either way."""
        self.connection.execute("savepoint attempt")
        try:
            self.connection.execute(text, values)
        except psycopg.Error as error:
            self.connection.execute("rollback to savepoint attempt")
            return error
        return None

    def sees(self, text: LiteralString, values: Values | None = None) -> bool:
        """Tell whether a query finds anything hidden; what it says in notices and errors counts."""
        heard: list[str] = []

        def hear(notice: psycopg.errors.Diagnostic) -> None:
            heard.append(str(notice.message_primary))

        self.connection.add_notice_handler(hear)
        try:
            return self._sees(text, values) or shows(heard)
        finally:
            self.connection.remove_notice_handler(hear)

    def _sees(self, text: LiteralString, values: Values | None) -> bool:
        self.connection.execute("savepoint attempt")
        try:
            cursor = self.connection.execute(text, values)
            found = cursor.fetchall() if cursor.description else None
        except psycopg.Error as error:
            self.connection.execute("rollback to savepoint attempt")
            diagnosis = error.diag
            parts = (diagnosis.message_primary, diagnosis.message_detail, diagnosis.context)
            # What the statement itself spells is not a discovery.
            return shows([part for part in parts if part and not _spelled(part, text)])
        return shows(found)

    def copied(self, text: LiteralString) -> str:
        """Return what COPY … TO STDOUT writes."""
        with self.connection.cursor() as cursor, cursor.copy(text) as copy:
            return b"".join(bytes(block) for block in copy).decode()

    def plan(self, query: LiteralString, values: Values | None = None) -> str:
        """Return what EXPLAIN ANALYZE says of a query, without times and costs."""
        prefix: LiteralString = "explain (analyze, costs off, timing off, summary off) "
        return "\n".join(row[0] for row in self.rows(prefix + query, values))

    def estimate(self, query: LiteralString, values: Values | None = None) -> float:
        """Return how many rows the planner expects of a query."""
        plan: LiteralString = "explain (format json) "
        return float(self.value(plan + query, values)[0]["Plan"]["Plan Rows"])


def _spelled(part: str, text: str) -> bool:
    return any(mark in part and mark in text for mark in MARKS)


class Ground:
    """A company on a database of its own; see :mod:`tests.attacks.company` for who is in it and what is hidden."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.admin = database.connect()
        self._sessions: list[Session] = []
        self._kept: dict[str, list[Session]] = {}

    @property
    def version(self) -> int:
        """Return the server's major version."""
        return self.admin.info.server_version // 10000

    def has(self, feature: str) -> bool:
        """Tell whether the server was built with a feature: only ``xml`` is ever missing."""
        return not feature or self._has_xml

    @cached_property
    def _has_xml(self) -> bool:
        try:
            self.admin.execute("select xmlcomment('x')")
        except psycopg.errors.FeatureNotSupported:
            return False
        return True

    def login(self, who: str, **settings: Any) -> Session:
        """Log in as somebody, over the network, with their password.

        A connection of an earlier attack is used again where it was left as new.
        """
        kept = self._kept.get(who)
        if kept and not settings:
            session = kept.pop()
        else:
            options = {"options": "-c jit=off"} | settings
            connection = psycopg.connect(
                self.database.url, user=who, password=f"{who}-secret", connect_timeout=20, **options
            )
            session = Session(connection, who="" if settings else who)
        self._sessions.append(session)
        return session

    def mallory(self) -> Session:
        """Log in as the attacker."""
        return self.login("mallory")

    def leave(self) -> None:
        """Roll back and close every session of the attack."""
        for session in self._sessions:
            if session.who in KEPT and session.renew():
                self._kept.setdefault(session.who, []).append(session)
            else:
                session.connection.close()
        self._sessions.clear()

    def close(self) -> None:
        """Close the administrator's connection."""
        self.leave()
        for sessions in self._kept.values():
            for session in sessions:
                session.connection.close()
        self.admin.close()

    def truth(self, query: LiteralString, values: Values | None = None) -> Any:
        """Return what the administrator finds, the first column of the first row."""
        row = self.admin.execute(query, values).fetchone()
        return row[0] if row else None

    @contextmanager
    def meanwhile(self, done: LiteralString, undone: LiteralString) -> Iterator[None]:
        """Do something as the administrator for as long as the attack takes."""
        self.admin.execute(done)
        try:
            yield
        finally:
            self.leave()
            self.admin.execute(undone)

    @cached_property
    def hidden(self) -> dict[str, int]:
        """Return the key of one hidden row of each table."""
        return self._keys("HIDDEN %")

    @cached_property
    def own(self) -> dict[str, int]:
        """Return the key of one row of mallory's of each table."""
        return self._keys("own % of mallory")

    def person(self, login: str) -> int:
        """Return a person's id."""
        return int(self.truth("select id from crm.person where login = %s", [login]))

    def _keys(self, pattern: str) -> dict[str, int]:
        return dict(
            self.admin.execute(
                """
                select 'deal', min(id) from crm.deal where title like %(pattern)s union all
                select 'lead', min(id) from crm.lead where title like %(pattern)s union all
                select 'contact', min(id) from crm.contact where name like %(pattern)s union all
                select 'company', min(id) from crm.company where name like %(pattern)s union all
                select 'ticket', min(id) from crm.ticket where title like %(pattern)s union all
                select 'activity', min(id) from crm.activity where subject like %(pattern)s
                """,
                {"pattern": pattern},
            ).fetchall()
        )
