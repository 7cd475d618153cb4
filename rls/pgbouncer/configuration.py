"""pgbouncer.ini and userlist.txt as text.

Every setting: https://www.pgbouncer.org/config.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rls.errors import RowlockError
from rls.pgbouncer.database import AUTH_QUERY

Mode = Literal["transaction", "session", "both"]

CHECKER = "rowlock_check"
"""Who may look at the admin console's SHOW commands; no database role."""

PREPARED = (1, 21)
"""From this version on PgBouncer keeps prepared statements apart in transaction mode."""

IGNORED = ("extra_float_digits",)
"""Start-up parameters that JDBC sends and that change nothing anybody relies on."""

PLAIN = re.compile(r"[^\s'\"\\;%#=]+")
"""What needs no quotes in a connection string of pgbouncer.ini."""


@dataclass(frozen=True)
class Configuration:
    """What pgbouncer.ini shall say.

    ``pools``: login → SCRAM verifier of pools' logins that are let through, too.
    ``server_connections`` is the most there are to the server, ``per_person``
    the most of them for one login.  Under mode ``both`` there is a second entry,
    ``…_session``.
    """

    database: str
    host: str
    port: int
    auth_user: str
    password: str
    check_password: str
    directory: Path
    mode: Mode = "transaction"
    version: tuple[int, ...] = (1, 18)
    listen: str = "127.0.0.1"
    listen_port: int = 6432
    certificate: Path | None = None
    key: Path | None = None
    server_ca: Path | None = None
    server_connections: int = 80
    per_person: int = 5
    pools: Mapping[str, str] = field(default_factory=dict)

    def ini(self) -> str:
        """Return pgbouncer.ini.

        :raises RowlockError: a name or path cannot be written there.
        """
        place = {"host": self.host, "port": str(self.port), "dbname": self.database}
        entry = " ".join(f"{name}={_value(value)}" for name, value in place.items())
        entries = [f"{_value(self.database)} = {entry}"]
        if self.mode == "both":
            entries.append(f"{_value(self.database)}_session = {entry} pool_mode=session")
        lines = [f"{name} = {value}" for name, value in self.settings().items()]
        return "\n".join(["[databases]", *entries, "", "[pgbouncer]", *lines, ""])

    def userlist(self) -> str:
        """Return userlist.txt: who is known besides the people, with secrets."""
        known = {self.auth_user: self.password, CHECKER: self.check_password, **self.pools}
        return "".join(f'"{_doubled(name)}" "{_doubled(secret)}"\n' for name, secret in known.items())

    def settings(self) -> dict[str, str | int]:
        """Return section [pgbouncer]."""
        return {
            "listen_addr": self.listen,
            "listen_port": self.listen_port,
            "unix_socket_dir": "",
            "logfile": _value(str(self.directory / "pgbouncer.log")),
            "pidfile": _value(str(self.directory / "pgbouncer.pid")),
            "auth_type": "scram-sha-256",
            "auth_file": _value(str(self.directory / "userlist.txt")),
            "auth_user": self.auth_user,
            "auth_query": AUTH_QUERY,
            "stats_users": CHECKER,
            "pool_mode": "session" if self.mode == "session" else "transaction",
            "server_reset_query": "DISCARD ALL",
            "server_reset_query_always": 1 if self.pools else 0,
            "ignore_startup_parameters": ",".join(IGNORED),
            "max_client_conn": 1000,
            "default_pool_size": self.server_connections if self.pools else self.per_person,
            "max_user_connections": self.server_connections,
            "max_db_connections": self.server_connections,
            "server_idle_timeout": 60,
            "server_login_retry": 1,
            "query_wait_timeout": 30,
            **self._prepared(),
            **self._tls(),
        }

    def _prepared(self) -> dict[str, str | int]:
        return {"max_prepared_statements": 200} if self.version >= PREPARED else {}

    def _tls(self) -> dict[str, str | int]:
        found: dict[str, str | int] = {}
        if self.certificate and self.key:
            found |= {
                "client_tls_sslmode": "require",
                "client_tls_cert_file": _value(str(self.certificate)),
                "client_tls_key_file": _value(str(self.key)),
            }
        if self.server_ca:
            found |= {"server_tls_sslmode": "verify-full", "server_tls_ca_file": _value(str(self.server_ca))}
        return found


def _value(text: str) -> str:
    if not PLAIN.fullmatch(text):
        raise RowlockError(f'"{text}" cannot be written to pgbouncer.ini: no white space, quotes, ;, %, #, = or \\')
    return text


def _doubled(text: str) -> str:
    return text.replace('"', '""')
