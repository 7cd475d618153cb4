"""Logins through PgBouncer: active people with their present password, and nobody else."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from rls.pgbouncer.configuration import PREPARED
from rls.server import account
from tests.pooling.bouncer import directory_for_bouncer, running, written
from tests.pooling.conftest import Office, careless, found


@contextmanager
def changed(office: Office, change: str, back: str) -> Iterator[None]:
    """Do something to the company and undo it."""
    office.database.connect().execute(change.encode())
    try:
        yield
    finally:
        office.database.connect().execute(back.encode())


def someone(login: str) -> tuple[str, str]:
    """Return what makes a person, and what takes them away."""
    make = "create role {0} login password '{0}-secret'; insert into crm.person (login, name) values ('{0}', 'N')"
    unmake = "delete from crm.person where login = '{0}'; drop role {0}"
    return make.format(login), unmake.format(login)


def refused(office: Office, user: str, password: str | None = None, **options: str) -> bool:
    """Return whether PgBouncer turns a login away."""
    try:
        office.bouncer.connect(user, password, **options).close()
    except psycopg.OperationalError:
        return True
    return False


def test_a_new_login_and_a_changed_password_count_at_once(office: Office) -> None:
    """Without a reload."""
    assert refused(office, "newcomer")
    with changed(office, *someone("newcomer")):
        with office.bouncer.connect("newcomer") as connection:
            assert connection.execute("select session_user::text").fetchone() == ("newcomer",)
        office.database.connect().execute("alter role newcomer password 'another'")
        assert refused(office, "newcomer")
        assert not refused(office, "newcomer", "another")


DISMISSALS = {
    "update crm.person set is_active = false where login = 'person1'": (
        "update crm.person set is_active = true where login = 'person1'"
    ),
    "alter role person1 nologin": "alter role person1 login",
    "alter role person1 valid until '2020-01-01'": "alter role person1 valid until 'infinity'",
    "alter role person1 superuser": "alter role person1 nosuperuser",
    "alter role person1 createrole": "alter role person1 nocreaterole",
    "alter role person1 password null": "alter role person1 password 'person1-secret'",
}


def test_whoever_may_not_log_in_is_turned_away_at_once(office: Office) -> None:
    """Dismissed, NOLOGIN, expired, above row security, without a password; and comes back as quickly."""
    for change, back in DISMISSALS.items():
        with changed(office, change, back):
            assert refused(office, "person1"), change
        assert not refused(office, "person1"), back


def test_a_dismissed_person_who_is_connected_has_nothing_left(office: Office, tmp_path: Path) -> None:
    """People sync ends the session that PgBouncer has to the server; another cannot be had."""
    (tmp_path / "staff.csv").write_text("login,active\nperson2,no\n", encoding="utf-8")
    with office.bouncer.connect("person2") as connection:
        assert connection.execute("select count(*) from crm.company").fetchone() == (2,)
        connection.commit()
        assert office.database.invoke(["people", "sync", "--yes", str(tmp_path / "staff.csv")]).exit_code == 0
        with pytest.raises(psycopg.Error):
            connection.execute("select count(*) from crm.company")
    assert refused(office, "person2")
    (tmp_path / "staff.csv").write_text("login,active\nperson2,yes\n", encoding="utf-8")
    assert office.database.invoke(["people", "sync", "--yes", str(tmp_path / "staff.csv")]).exit_code == 0
    assert not refused(office, "person2")


NOBODIES = """
do $$ begin
  execute 'create role service login password ''service-secret''';
  execute 'create role boss login superuser password ''boss-secret''';
  execute 'create role replica login replication password ''replica-secret''';
  execute 'create role reader login bypassrls password ''reader-secret''';
  execute 'alter role crm_rls_owner login password ''crm_rls_owner-secret''';
end $$
"""

NO_NOBODIES = "drop role service, boss, replica, reader; alter role crm_rls_owner nologin password null"


def test_who_is_no_person_does_not_get_through(office: Office) -> None:
    """Superusers, services, replication, the owners: also with the right password."""
    with changed(office, NOBODIES, NO_NOBODIES):
        for login in ("service", "boss", "replica", "reader", "crm_rls_owner"):
            office.database.connect(login).close()
            assert refused(office, login), login


def test_nobody_is_somebody_by_start_up_options(office: Office) -> None:
    """options=-c role=… is refused, not dropped."""
    for options in ("-c role=person2", "-crole=crm_manager", "-c session_authorization=postgres"):
        assert refused(office, "person1", options=options)
        assert refused(office, "crm_app", options=options)


ATTACKS = [
    "select rolpassword from pg_catalog.pg_authid",
    "select passwd from pg_catalog.pg_shadow",
    "select count(*) from pg_catalog.pg_authid",
    "select * from rls.reach",
    "select * from rls_pgbouncer.person",
    "select * from crm.person",
    "select * from crm.company",
    "select rls.caller()",
    "create table public.password (login name)",
    "create temporary table person (login name)",
    "create schema mine",
    "set role person1",
    "set role crm_pgbouncer_reader",
    "set role crm_rls_owner",
    "set session authorization postgres",
    "alter role person1 password 'known'",
    "alter function rls_pgbouncer.password(text) owner to crm_pgbouncer",
    "create or replace function rls_pgbouncer.password(wanted text) returns text language sql as 'select null'",
    "copy (select 1) to program 'true'",
    "select pg_read_file('/etc/passwd')",
]

NAMES = [
    "postgres",
    "crm_app",
    "crm_rls_owner",
    "crm_pgbouncer",
    "crm_manager",
    "boss",
    "service",
    "person1' or true --",
    "person1\\",
    "PERSON1",
    "%",
    "",
    None,
    "x" * 200,
]


def test_the_login_that_asks_can_do_nothing_else(office: Office) -> None:
    """Whoever gets hold of userlist.txt gets verifiers of people, which log nobody in, and no table."""
    userlist = (office.bouncer.directory / "userlist.txt").read_text(encoding="utf-8")
    secret = next(line.split('"')[3] for line in userlist.splitlines() if line.startswith('"crm_pgbouncer"'))
    connection = office.database.connect("crm_pgbouncer", secret)
    for attack in ATTACKS:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(attack.encode())
    with changed(office, NOBODIES, NO_NOBODIES):
        for name in NAMES:
            assert connection.execute("select * from rls_pgbouncer.password(%s)", [name]).fetchall() == [], name
    assert len(connection.execute("select * from rls_pgbouncer.password('person1')").fetchall()) == 1
    assert connection.execute(
        "select count(*) from pg_auth_members where member = current_user::regrole"
    ).fetchone() == (0,)


def test_people_cannot_ask(office: Office) -> None:
    """Neither directly nor as the pool's login."""
    for login in ("person1", "crm_app"):
        for query in ("select rls_pgbouncer.password('person2')", "select * from rls_pgbouncer.person"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                office.database.connect(login).execute(query.encode())


def test_a_name_cut_by_postgresql_is_nobodys(office: Office) -> None:
    """63 bytes are what it keeps; a longer name does not mean whoever has its beginning."""
    name = "n" * 63
    with changed(office, *someone(name)):
        query = "select count(*) from rls_pgbouncer.password(%s)"
        connection = office.database.connect()
        assert [connection.execute(query, [text]).fetchone() for text in (name, name + "n")] == [(1,), (0,)]


def test_with_a_certificate_nobody_connects_without_tls(office: Office) -> None:
    """Not even by mistake."""
    with directory_for_bouncer() as directory:
        shutil.copy2(office.bouncer.directory / "userlist.txt", directory)
        key, certificate = directory / "a.key", directory / "a.crt"
        make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
        subprocess.run([*make, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
        for path in (key, certificate):
            account.hand_over(path, account.unprivileged())
        port = written(office.database, directory, "--certificate", str(certificate), "--key", str(key))
        with running(office.database, directory, port) as bouncer:
            with bouncer.connect("person1", sslmode="require") as connection:
                assert connection.pgconn.ssl_in_use
            with pytest.raises(psycopg.OperationalError):
                bouncer.connect("person1", sslmode="disable")


def test_what_is_written_is_found_good(office: Office) -> None:
    """By its file and by its console; an old PgBouncer is the only thing to say."""
    old = {"prepared-statements": ["version"]} if office.version < PREPARED else {}

    assert found(office, str(office.bouncer.directory / "pgbouncer.ini")) == {}
    assert found(office, office.bouncer.console) == old
    accepted = office.database.invoke(["pgbouncer", "check", office.bouncer.console, "--accept", "prepared-statements"])
    assert accepted.exit_code == 0
    for name in ("pgbouncer.ini", "userlist.txt"):
        assert (office.bouncer.directory / name).stat().st_mode & 0o777 == 0o600


def test_a_careless_one_is_found_out(office: Office) -> None:
    """Running, with what many a guide recommends."""
    settings = {
        "auth_type": "trust",
        "ignore_startup_parameters": "extra_float_digits,options",
        "auth_query": "select usename, passwd from pg_shadow where usename = $1",
        "auth_user": "boss",
        "stats_users": "rowlock_check, person1",
    }
    with changed(office, NOBODIES, NO_NOBODIES), careless(office, **settings) as bouncer:
        said = found(office, bouncer.console)

    assert set(said) - {"prepared-statements"} == {
        "auth-type",
        "ignored-parameter",
        "auth-query",
        "auth-user",
        "console",
        "session-role",
    }
    assert len(said["auth-query"]) > 1
