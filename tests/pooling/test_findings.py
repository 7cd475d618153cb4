"""Each setting that leaks is found, and the same one set well is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rls.errors import RowlockError
from rls.pgbouncer.asking import of_file, version_of
from rls.pgbouncer.checking import POWERS, Database, Facts, findings
from rls.pgbouncer.configuration import Configuration

GOOD = Facts(
    settings={
        "auth_type": "scram-sha-256",
        "auth_user": "crm_pgbouncer",
        "auth_query": "select login, verifier from rls_pgbouncer.password($1)",
        "pool_mode": "transaction",
        "server_reset_query": "DISCARD ALL",
        "server_reset_query_always": "0",
        "ignore_startup_parameters": "extra_float_digits, application_name",
        "max_prepared_statements": "200",
        "listen_addr": "127.0.0.1,::1,localhost",
        "stats_users": "rowlock_check",
    },
    databases=(Database("crm", "127.0.0.1"),),
    users={"crm_pgbouncer": "", "rowlock_check": ""},
    version=(1, 24),
    pools=frozenset({"crm_app"}),
    people=frozenset({"alice"}),
    auth_user_powers=(),
    reached=(),
)


def setting(name: str, value: str) -> Callable[[Facts], Facts]:
    """Return what changes one setting."""
    return lambda facts: replace(facts, settings={**facts.settings, name: value})


def having(**changes: object) -> Callable[[Facts], Facts]:
    """Return what changes another fact."""
    return lambda facts: replace(facts, **changes)  # type: ignore[arg-type]


SHARED = {"crm_app": ""}

BAD = {
    "any": ([setting("auth_type", "any")], "auth-type"),
    "trust": ([setting("auth_type", "trust")], "auth-type"),
    "md5": ([setting("auth_type", "md5")], "auth-type"),
    "plain": ([setting("auth_type", "plain")], "auth-type"),
    "hba": ([having(open_lines=("host all all all trust",))], "auth-hba"),
    "one user for all": ([having(databases=(Database("crm", "", "crm_app"),))], "forced-user"),
    "pg_shadow": ([setting("auth_query", "SELECT usename, passwd FROM pg_shadow WHERE usename=$1")], "auth-query"),
    "a superuser is reached": ([having(reached=("postgres",))], "auth-query"),
    **{f"auth_user {power}": ([having(auth_user_powers=(power,))], "auth-user") for power in POWERS},
    "statement": ([setting("pool_mode", "statement")], "statement-mode"),
    "an entry's own mode": ([having(databases=(Database("crm", mode="statement"),))], "statement-mode"),
    "a shared login": ([having(users=SHARED)], "session-role"),
    "another reset": (
        [having(users=SHARED), setting("server_reset_query_always", "1"), setting("server_reset_query", "RESET ALL")],
        "session-role",
    ),
    "no reset in session mode": (
        [having(users=SHARED), setting("pool_mode", "session"), setting("server_reset_query", "")],
        "session-role",
    ),
    "no mode said, which is session": (
        [having(users=SHARED), setting("pool_mode", ""), setting("server_reset_query", "")],
        "session-role",
    ),
    "options": ([setting("ignore_startup_parameters", "options")], "ignored-parameter"),
    "search_path": ([setting("ignore_startup_parameters", "extra_float_digits,search_path")], "ignored-parameter"),
    "too old": ([having(version=(1, 20))], "prepared-statements"),
    "not switched on": ([setting("max_prepared_statements", "0")], "prepared-statements"),
    "anybody at the console": ([setting("admin_users", "*")], "console"),
    "a person at the console": ([setting("stats_users", "rowlock_check, alice")], "console"),
    "a pool at the console": ([setting("admin_users", "crm_app")], "console"),
    "open to the network": ([setting("listen_addr", "*")], "client-tls"),
    "TLS if one likes": ([setting("listen_addr", "10.0.0.1"), setting("client_tls_sslmode", "prefer")], "client-tls"),
    "a server elsewhere": ([having(databases=(Database("crm", "db.example.com"),))], "server-tls"),
}

FINE = {
    "as it is": [],
    "a shared login that is reset": [having(users=SHARED), setting("server_reset_query_always", "1")],
    "a shared login in session mode": [having(users=SHARED), setting("pool_mode", "session")],
    "its own session mode": [having(users={"crm_app": "session"})],
    "old, in session mode": [having(version=(1, 18)), setting("pool_mode", "session")],
    "TLS": [setting("listen_addr", "*"), setting("client_tls_sslmode", "require")],
    "a server elsewhere that is checked": [
        having(databases=(Database("crm", "db.example.com"),)),
        setting("server_tls_sslmode", "verify-full"),
    ],
    "a socket": [having(databases=(Database("crm", "/run/postgresql"),))],
    "certificates": [setting("auth_type", "cert")],
}


@pytest.mark.parametrize("case", BAD)
def test_what_leaks_is_found(case: str) -> None:
    """And nothing else is."""
    changes, code = BAD[case]
    facts = GOOD
    for change in changes:
        facts = change(facts)

    found = findings(facts)
    assert {finding.code for finding in found} == {code}
    assert all(str(finding).isprintable() for finding in found)


@pytest.mark.parametrize("case", FINE)
def test_what_is_set_well_is_not(case: str) -> None:
    """No finding, so that one is worth reading."""
    facts = GOOD
    for change in FINE[case]:
        facts = change(facts)

    assert findings(facts) == []


def configuration(directory: Path, **more: object) -> Configuration:
    """Return a configuration."""
    return Configuration("crm", "127.0.0.1", 5432, "crm_pgbouncer", "x", "y", directory, **more)  # type: ignore[arg-type]


def test_an_ini_is_read_as_it_is_written(tmp_path: Path) -> None:
    """Ours, with everything; lists, entries with modes of their own."""
    ours = configuration(tmp_path, mode="both", version=(1, 21), pools={"crm_app": "SCRAM"}, listen="*")
    ours = replace(ours, certificate=tmp_path / "a.crt", key=tmp_path / "a.key", server_ca=tmp_path / "ca.crt")
    (tmp_path / "pgbouncer.ini").write_text(ours.ini(), encoding="utf-8")
    (tmp_path / "userlist.txt").write_text(ours.userlist(), encoding="utf-8")
    facts = of_file(tmp_path / "pgbouncer.ini")

    assert facts.settings == {name: str(value) for name, value in ours.settings().items()}
    assert facts.databases == [Database("crm", "127.0.0.1"), Database("crm_session", "127.0.0.1", mode="session")]
    assert set(facts.users) == {"crm_pgbouncer", "rowlock_check", "crm_app"}
    assert facts.settings["max_prepared_statements"] == "200"
    assert findings(replace(facts, pools=frozenset({"crm_app"}), version=(1, 21))) == []
    assert "max_prepared_statements" not in configuration(tmp_path, version=(1, 20)).settings()


def test_what_an_ini_leaves_out_has_pgbouncers_own_value(tmp_path: Path) -> None:
    """Which is careless."""
    text = "[databases]\n* = host=127.0.0.1 user='crm_app' pool_mode=transaction\n[pgbouncer]\nauth_user = someone\n"
    (tmp_path / "pgbouncer.ini").write_text(text, encoding="utf-8")
    found = {finding.code for finding in findings(of_file(tmp_path / "pgbouncer.ini"))}

    assert found == {"auth-type", "auth-query", "forced-user"}


def test_lines_of_an_hba_file(tmp_path: Path) -> None:
    """What asks for less than SCRAM."""
    hba = tmp_path / "hba.conf"
    hba.write_text("# host all all all trust\nhost all all all scram-sha-256\nlocal all all trust\nhost a b c/8 md5\n")
    (tmp_path / "p.ini").write_text(f"[pgbouncer]\nauth_type = hba\nauth_hba_file = {hba}\n", encoding="utf-8")

    assert of_file(tmp_path / "p.ini").open_lines == ("local all all trust", "host a b c/8 md5")
    hba.unlink()
    with pytest.raises(RowlockError, match="cannot be read"):
        of_file(tmp_path / "p.ini")


@pytest.mark.parametrize("text", ["", "[databases]\n", "no section\n"])
def test_what_is_no_ini(tmp_path: Path, text: str) -> None:
    """Said in one line."""
    (tmp_path / "p.ini").write_text(text, encoding="utf-8")
    with pytest.raises(RowlockError, match=r"p\.ini") as raised:
        of_file(tmp_path / "p.ini")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["with space", "semi;colon", "quo'te", "per%cent", "eq=ual", ""])
def test_a_name_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    """Refused, since PgBouncer would read something else."""
    with pytest.raises(RowlockError, match="cannot be written"):
        replace(configuration(tmp_path), database=name).ini()


def test_versions() -> None:
    """As PgBouncer and its console write them."""
    assert version_of("PgBouncer 1.18.0\nlibevent") == (1, 18)
    assert version_of("PgBouncer 1.24.1") == (1, 24)
    assert version_of("something") is None
