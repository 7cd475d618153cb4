"""What of a PgBouncer's settings lets one person have another's rows, or breaks their work.

Everything here is a function of :class:`Facts`; :mod:`rls.pgbouncer.asking` finds them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from rls.pgbouncer.configuration import PREPARED

HARMLESS = frozenset(
    {"extra_float_digits", "application_name", "client_encoding", "datestyle", "timezone", "intervalstyle"}
)
"""Start-up parameters that change no rights: PgBouncer may drop them."""

OPEN_TYPES = {
    "any": "no password is asked, and every client works as the user of the database entry",
    "trust": "no password is asked: everybody is whoever they say",
    "plain": "passwords are kept and sent in plain text",
    "md5": "what is kept of a password is enough to log in with it",
}
"""Values of auth_type that are refused → why."""

STRICT_TLS = ("verify-ca", "verify-full")
LOOSE_TLS = ("disable", "allow", "prefer")

POWERS = {
    "superuser": "is a superuser",
    "bypasses": "bypasses row security",
    "replicates": "may replicate",
    "creates_roles": "may create roles",
    "creates_databases": "may create databases",
    "reads_hashes": "reads all passwords by itself",
    "is_a_member": "is a member of other database roles",
    "is_a_pool": "is a pool's login",
    "is_a_person": "is a person's login",
    "reads_tables": "may touch tables",
}
"""What sql/pgbouncer/auth_user.sql finds → what is said of it."""


@dataclass(frozen=True)
class Database:
    """An entry of section [databases]; ``mode`` and ``user`` where it says its own."""

    name: str
    host: str = ""
    user: str = ""
    mode: str = ""


@dataclass(frozen=True)
class Facts:
    """What is known of a PgBouncer.

    ``users``: whom it knows from its files, each with a pool mode of their own
    or none.  ``auth_user_powers`` and ``reached`` are None where the database
    was not asked.
    """

    settings: Mapping[str, str]
    databases: Collection[Database] = ()
    users: Mapping[str, str] = field(default_factory=dict)
    version: tuple[int, ...] | None = None
    pools: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    auth_user_powers: Collection[str] | None = None
    reached: Collection[str] | None = None
    open_lines: Collection[str] = ()

    def setting(self, name: str) -> str:
        """Return the value of a setting, in lower case."""
        return self.settings.get(name, "").strip().lower()

    def modes(self) -> set[str]:
        """Return the pool modes clients can come to."""
        general = self.setting("pool_mode") or "session"
        return {database.mode or general for database in self.databases} or {general}


@dataclass(frozen=True, order=True)
class Finding:
    """Something that is wrong: its name, the setting, why, and what to do."""

    code: str
    setting: str
    message: str
    advice: str

    def __str__(self) -> str:
        return f"{self.setting}: {self.message}; {self.advice}"


def findings(facts: Facts) -> list[Finding]:
    """Return everything that is wrong, by name."""
    rules = (_authentication, _auth_query, _modes, _pools, _parameters, _prepared, _consoles, _tls)
    return sorted({finding for rule in rules for finding in rule(facts)})


def _authentication(facts: Facts) -> Iterator[Finding]:
    kind = facts.setting("auth_type")
    if kind in OPEN_TYPES:
        yield Finding("auth-type", "auth_type", OPEN_TYPES[kind], "auth_type = scram-sha-256")
    for line in facts.open_lines:
        yield Finding("auth-hba", "auth_hba_file", f'"{line}" lets people in without SCRAM', "scram-sha-256 or cert")
    for database in facts.databases:
        if database.user:
            message = f"everybody who connects to {database.name} works as {database.user}"
            yield Finding("forced-user", "user", message, "leave user= out of the entry: people keep their logins")


def _auth_query(facts: Facts) -> Iterator[Finding]:
    user, query = facts.settings.get("auth_user", ""), facts.setting("auth_query")
    if user and ("pg_shadow" in query or "pg_authid" in query):
        advice = "the function that `rowlock pgbouncer write` makes"
        yield Finding("auth-query", "auth_query", "it reads the passwords of superusers and services, too", advice)
    for login in facts.reached or ():
        message = f"it gives the password of {login}, who is no active person"
        yield Finding("auth-query", "auth_query", message, "the function that `rowlock pgbouncer write` makes")
    for power in facts.auth_user_powers or ():
        advice = "a login that may call one function, and nothing else"
        yield Finding("auth-user", "auth_user", f"{user} {POWERS[power]}", advice)


def _modes(facts: Facts) -> Iterator[Finding]:
    if "statement" in facts.modes():
        message = "a transaction cannot say who is asking when each statement may run elsewhere"
        yield Finding("statement-mode", "pool_mode", message, "pool_mode = transaction")


def _pools(facts: Facts) -> Iterator[Finding]:
    """Yield where a login that may become many people stays somebody for the next client."""
    shared = sorted(facts.pools & facts.users.keys())
    resets = facts.setting("server_reset_query").rstrip("; ") == "discard all"
    always = facts.setting("server_reset_query_always") in ("1", "yes", "true", "on")
    for login in shared:
        modes = {facts.users[login]} if facts.users[login] else facts.modes()
        if "transaction" in modes and not (resets and always):
            message = f"what {login} sets for its session, SET ROLE for one, reaches the next client"
            advice = "server_reset_query = DISCARD ALL and server_reset_query_always = 1, or pool_mode = session for it"
            yield Finding("session-role", "server_reset_query_always", message, advice)
        if "session" in modes and not resets:
            message = f"what {login} set for its session, SET ROLE for one, reaches the next client"
            yield Finding("session-role", "server_reset_query", message, "server_reset_query = DISCARD ALL")


def _parameters(facts: Facts) -> Iterator[Finding]:
    names = {name.strip() for name in facts.setting("ignore_startup_parameters").split(",")}
    for name in sorted(names - HARMLESS - {""}):
        message = f"{name} of the start-up packet is dropped without a word"
        if name == "options":
            message += ": who says options=-c role=… works as somebody else than they think"
        yield Finding("ignored-parameter", "ignore_startup_parameters", message, "leave it out: then it is refused")


def _prepared(facts: Facts) -> Iterator[Finding]:
    if "transaction" not in facts.modes() or facts.version is None:
        return
    code, message = "prepared-statements", "prepared statements fail in transaction mode"
    if facts.version < PREPARED:
        version = ".".join(map(str, facts.version))
        advice = "PgBouncer 1.21 or newer, or have clients prepare nothing (psycopg: prepare_threshold=None)"
        yield Finding(code, "version", f"{version}: {message}", advice)
    elif facts.setting("max_prepared_statements") in ("", "0"):
        yield Finding(code, "max_prepared_statements", message, "max_prepared_statements = 200")


def _consoles(facts: Facts) -> Iterator[Finding]:
    for setting in ("admin_users", "stats_users"):
        for name in sorted({name.strip() for name in facts.settings.get(setting, "").split(",")}):
            if name == "*" or name in facts.people | facts.pools:
                message = f"{'everybody' if name == '*' else name} reaches the admin console"
                yield Finding("console", setting, message, "a name of its own, that is no database role")


def _tls(facts: Facts) -> Iterator[Finding]:
    if not _local(facts.setting("listen_addr")) and facts.setting("client_tls_sslmode") in (*LOOSE_TLS, ""):
        message = "people may connect over the network without TLS"
        yield Finding(
            "client-tls", "client_tls_sslmode", message, "client_tls_sslmode = require, with certificate and key"
        )
    remote = [database.name for database in facts.databases if not _local(database.host)]
    if remote and facts.setting("server_tls_sslmode") not in STRICT_TLS:
        message = f"the server of {', '.join(sorted(remote))} is elsewhere, and may be anybody"
        yield Finding("server-tls", "server_tls_sslmode", message, "server_tls_sslmode = verify-full, with its CA")


def _local(hosts: str) -> bool:
    return all(_is_local(host.strip()) for host in hosts.split(",") if host.strip())


def _is_local(host: str) -> bool:
    if host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
