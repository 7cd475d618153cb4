"""Finding out how a PgBouncer is set: from its admin console or its file, and from the database behind it."""

from __future__ import annotations

import configparser
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import dict_row

from rls.acting import become
from rls.errors import RowlockError
from rls.pgbouncer.checking import OPEN_TYPES, POWERS, Database, Facts
from rls.resources import sql_text

VERSION = re.compile(r"(\d+)\.(\d+)")

KNOWN = "select (select array_agg(login::text) from rls.pool), (select array_agg(login::text) from rls.person_login)"

DEFAULT_QUERY = "SELECT usename, passwd FROM pg_shadow WHERE usename=$1"
"""What PgBouncer asks where its file says nothing."""

WORDS = re.compile(r"(\w+)\s*=\s*('(?:[^']|'')*'|\S*)")
"""A part of an entry of section [databases]."""

LISTED = re.compile(r'^\s*"((?:[^"]|"")*)"', re.MULTILINE)
"""The name at the beginning of a line of userlist.txt."""


def version_of(text: str) -> tuple[int, ...] | None:
    """Return (1, 18) of "PgBouncer 1.18.0"."""
    match = VERSION.search(text)
    return tuple(map(int, match.groups())) if match else None


def of_console(url: str) -> Facts:
    """Return what a running PgBouncer says of itself.

    :param url: of its database ``pgbouncer``, as one of its stats_users.
    :raises RowlockError: it does not answer.
    """
    try:
        with psycopg.connect(url, autocommit=True, row_factory=dict_row, connect_timeout=10) as console:
            notices: list[str] = []
            console.add_notice_handler(lambda notice: notices.append(str(notice.message_primary)))
            settings = {row["key"]: row["value"] or "" for row in _show(console, "config")}
            databases = [_database(row) for row in _show(console, "databases") if row["database"] != "pgbouncer"]
            users = {row["name"]: row["pool_mode"] or "" for row in _show(console, "users")}
            versions = [str(value) for row in _show(console, "version") for value in row.values()]
    except psycopg.Error as error:
        message = " ".join(str(error).split())
        raise RowlockError(f"the admin console does not answer: {message}; give the URL of its database") from error
    return _with_hba(Facts(settings, databases, users, version_of(" ".join([*versions, *notices]))))


def of_file(path: Path) -> Facts:
    """Return what a pgbouncer.ini says; what it leaves out has PgBouncer's own value.

    :raises RowlockError: it cannot be read.
    """
    parser = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=(";", "#"), strict=False)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, configparser.Error) as error:
        reason = " ".join(str(error).split())
        raise RowlockError(f"{path} cannot be read as a pgbouncer.ini: {reason}") from error
    if not parser.has_section("pgbouncer"):
        raise RowlockError(f"{path} has no section [pgbouncer]")
    settings = {"auth_type": "md5", "server_reset_query": "DISCARD ALL", "auth_query": DEFAULT_QUERY}
    settings |= dict(parser.items("pgbouncer"))
    entries = parser.items("databases") if parser.has_section("databases") else []
    modes = {name: _words(text).get("pool_mode", "") for name, text in _items(parser, "users")}
    users = dict.fromkeys(_listed(path, settings.get("auth_file", "")), "") | modes
    return _with_hba(Facts(settings, [_entry(name, text) for name, text in entries], users))


def with_database(facts: Facts, connection: Connection[Any]) -> Facts:
    """Return *facts* with what the database knows: people, pools, what auth_user may do and auth_query tells."""
    row = connection.execute(KNOWN).fetchone() or (None, None)
    user = facts.settings.get("auth_user", "")
    more = replace(facts, pools=frozenset(row[0] or ()), people=frozenset(row[1] or ()))
    if not user:
        return more
    with connection.cursor(row_factory=dict_row) as cursor:
        powers = cursor.execute(sql_text("pgbouncer/auth_user.sql"), [user]).fetchone()
    if powers is None:
        return more
    found = tuple(name for name in POWERS if powers[name])
    return replace(
        more, auth_user_powers=found, reached=_reached(connection, user, facts.settings.get("auth_query", ""))
    )


def _reached(connection: Connection[Any], user: str, query: str) -> list[str] | None:
    """Return for whom auth_query gives a password although they are no person; as auth_user, and read only."""
    logins = connection.execute(sql_text("pgbouncer/not_people.sql")).fetchall()
    asking = query.replace("%", "%%").replace("$1", "%(login)s")
    found = []
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("set transaction read only")
            connection.execute(become(user))
            for login, _ in logins:
                with connection.cursor() as cursor:
                    row = cursor.execute(asking.encode(), {"login": login}).fetchone()
                if row and row[-1]:
                    found.append(login)
    except psycopg.errors.InsufficientPrivilege:
        return None
    except psycopg.Error as error:
        raise RowlockError(f"auth_query does not run in this database: {' '.join(str(error).split())}") from error
    return found


def _show(console: Connection[dict[str, Any]], what: str) -> list[dict[str, Any]]:
    return console.execute(f"show {what}".encode()).fetchall()


def _database(row: dict[str, Any]) -> Database:
    return Database(row["name"], row["host"] or "", row["force_user"] or "", row["pool_mode"] or "")


def _items(parser: configparser.RawConfigParser, section: str) -> list[tuple[str, str]]:
    return parser.items(section) if parser.has_section(section) else []


def _entry(name: str, text: str) -> Database:
    words = _words(text)
    return Database(name, words.get("host", ""), words.get("user", ""), words.get("pool_mode", ""))


def _words(text: str) -> dict[str, str]:
    return {name.lower(): value.strip("'") for name, value in WORDS.findall(text)}


def _listed(path: Path, auth_file: str) -> list[str]:
    """Return whom the auth_file names; nobody where it cannot be read."""
    if not auth_file:
        return []
    try:
        text = (path.parent / auth_file).read_text(encoding="utf-8")
    except OSError:
        return []
    return [name.replace('""', '"') for name in LISTED.findall(text)]


def _with_hba(facts: Facts) -> Facts:
    """Return *facts* with the lines of auth_hba_file that ask for less than SCRAM."""
    if facts.setting("auth_type") != "hba":
        return facts
    path = Path(facts.settings.get("auth_hba_file", ""))
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise RowlockError(
            f"auth_hba_file {path} cannot be read: {error.strerror}; run this where PgBouncer runs"
        ) from error
    weak = {*OPEN_TYPES, "password"}
    found = [" ".join(line.split()) for line in lines if weak & set(line.partition("#")[0].split()[3:])]
    return replace(facts, open_lines=tuple(found))
