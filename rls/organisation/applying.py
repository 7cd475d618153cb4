"""Changes → the database.  Every kind of change is one statement for all of its kind, since triggers follow each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from itertools import groupby
from typing import Any

from psycopg import Connection, sql
from psycopg.errors import InsufficientPrivilege
from psycopg.types.json import Jsonb

from rls.names import Installation
from rls.organisation import changes as c
from rls.organisation.current import department_ids
from rls.organisation.people import Path
from rls.resources import template
from rls.sending import send

CREATE = sql.SQL("create role {} login inherit")
ALTER = sql.SQL("alter role {}")
ALLOW = sql.SQL("alter role {} login inherit")
REFUSE = sql.SQL("alter role {} nologin")
PREPARE = sql.SQL("create role {} nologin inherit")

SESSIONS = "select pid from pg_stat_activity where usename = any (%s)"

END_SESSION = "select pg_terminate_backend(%s)"


Report = Callable[[str, int, int], None]
"""Called with what is done next, how many changes are made, and of how many."""


def apply(
    connection: Connection[Any],
    installation: Installation,
    changes: Sequence[c.Change],
    passwords: Mapping[str, str],
    report: Report = lambda *_: None,
) -> None:
    """Make *changes*, in their order, inside the caller's transaction.

    *passwords* has one for every login that is to get one; only its SCRAM
    verifier is sent.
    """
    work = _Work(connection, installation, passwords)
    done = 0
    for kind, alike in groupby(changes, type):
        some = list(alike)
        report(STEPS[kind].replace("_", " "), done, len(changes))
        getattr(work, STEPS[kind])(some)
        done += len(some)


def end_sessions(connection: Connection[Any], changes: Sequence[c.Change]) -> tuple[int, int]:
    """End the sessions of everybody who may not log in any more; return how many ended and how many go on.

    Call it after the commit: before, they could come back.  Whoever is no
    superuser may lack the right to end them.
    """
    logins = [change.login for change in changes if isinstance(change, c.RefuseLogin)]
    sessions = connection.execute(SESSIONS, [logins]).fetchall() if logins else []
    ended = 0
    for (session,) in sessions:
        with suppress(InsufficientPrivilege):
            connection.execute(END_SESSION, [session])
            ended += 1
    return ended, len(sessions) - ended


def verifier(connection: Connection[Any], login: str, password: str) -> str:
    """Return the SCRAM-SHA-256 verifier of *password*, made on this side, so that no log ever shows the password."""
    return connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()


class _Work:
    """One run of :func:`apply`."""

    def __init__(self, connection: Connection[Any], installation: Installation, passwords: Mapping[str, str]) -> None:
        self.connection = connection
        self.organisation = installation.organisation
        self.passwords = passwords
        self.department_ids: Callable[[], dict[Path, int]] = lambda: department_ids(connection, installation)

    def run(self, name: str, **parameters: Any) -> None:
        self.connection.execute(template(f"organisation/{name}.sql", organisation=self.organisation), parameters)

    def role(self, statement: sql.SQL, login: str, password: str | None = None) -> sql.Composed:
        """Return CREATE or ALTER ROLE; utility statements take no parameters, so the verifier is a literal."""
        composed = statement.format(sql.Identifier(login))
        if password is None:
            return composed
        return sql.SQL("{} password {}").format(composed, sql.Literal(verifier(self.connection, login, password)))

    def roles(self, statements: Iterable[sql.Composed]) -> None:
        """Run statements on database roles, many in one message."""
        send(self.connection, statements)

    def create_logins(self, changes: list[c.CreateLogin]) -> None:
        self.roles(
            self.role(
                ALLOW if change.adopted else CREATE if change.can_login else PREPARE,
                change.login,
                self.passwords.get(change.login),
            )
            for change in changes
        )

    def set_passwords(self, changes: list[c.SetPassword]) -> None:
        self.roles(self.role(ALTER, change.login, self.passwords[change.login]) for change in changes)

    def allow_logins(self, changes: list[c.AllowLogin]) -> None:
        self.roles(self.role(ALLOW, change.login) for change in changes)

    def refuse_logins(self, changes: list[c.RefuseLogin]) -> None:
        self.roles(self.role(REFUSE, change.login) for change in changes)

    def add_departments(self, changes: list[c.AddDepartment]) -> None:
        """Add departments depth by depth: each needs its parent's id."""
        for _, level in groupby(sorted((change.path for change in changes), key=len), len):
            ids, paths = self.department_ids(), list(level)
            parents = [ids[path[:-1]] if len(path) > 1 else None for path in paths]
            self.run("add_departments", parent_ids=parents, names=[path[-1] for path in paths])

    def add_people(self, changes: list[c.AddPerson]) -> None:
        self.run("add_people", people=Jsonb([asdict(change.person) for change in changes]))

    def change_people(self, changes: list[c.ChangePerson]) -> None:
        self.run("change_people", people=Jsonb([asdict(change.person) for change in changes]))

    def dismiss(self, changes: list[c.DismissPerson]) -> None:
        self.run("dismiss", logins=[change.login for change in changes])

    def reinstate(self, changes: list[c.ReinstatePerson]) -> None:
        self.run("reinstate", logins=[change.login for change in changes])

    def add_members(self, changes: list[c.AddMember]) -> None:
        self._departments("add_members", changes)

    def remove_members(self, changes: list[c.RemoveMember]) -> None:
        self._departments("remove_members", changes)

    def set_heads(self, changes: list[c.SetHead]) -> None:
        self._departments("set_heads", changes)

    def _departments(self, name: str, changes: Sequence[c.AddMember | c.RemoveMember | c.SetHead]) -> None:
        ids = self.department_ids()
        self.run(
            name,
            department_ids=[ids[change.path] for change in changes],
            logins=[change.login for change in changes],
        )

    def add_groups(self, changes: list[c.AddGroup]) -> None:
        self.run("add_groups", names=[change.name for change in changes])

    def leave_groups(self, changes: list[c.LeaveGroup]) -> None:
        self.run(
            "leave_groups", names=[change.group for change in changes], logins=[change.login for change in changes]
        )

    def join_groups(self, changes: list[c.JoinGroup]) -> None:
        self.run("join_groups", names=[change.group for change in changes], logins=[change.login for change in changes])

    def give_roles(self, changes: list[c.GiveRole]) -> None:
        self.run("give_roles", roles=[change.role for change in changes], logins=[change.login for change in changes])

    def take_roles(self, changes: list[c.TakeRole]) -> None:
        self.run("take_roles", roles=[change.role for change in changes], logins=[change.login for change in changes])


STEPS: dict[type[c.Change], str] = {
    c.CreateLogin: "create_logins",
    c.SetPassword: "set_passwords",
    c.AllowLogin: "allow_logins",
    c.RefuseLogin: "refuse_logins",
    c.AddDepartment: "add_departments",
    c.AddPerson: "add_people",
    c.ChangePerson: "change_people",
    c.DismissPerson: "dismiss",
    c.ReinstatePerson: "reinstate",
    c.AddMember: "add_members",
    c.RemoveMember: "remove_members",
    c.SetHead: "set_heads",
    c.AddGroup: "add_groups",
    c.LeaveGroup: "leave_groups",
    c.JoinGroup: "join_groups",
    c.TakeRole: "take_roles",
    c.GiveRole: "give_roles",
}
"""Kind of change → the method that makes all changes of that kind."""

assert set(STEPS) == set(c.Change.__subclasses__())
