"""`rowlock doctor` as people run it: on a fresh installation, as an owner, with what it cannot see; what it mends."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from rls.doctor import examine
from rls.doctor.probing import probe
from rls.doctor.server import FLOOR, PREFERRED, PROBES
from tests.database.company import open_company
from tests.fixtures.database import Cluster, Database

OF_THE_SERVER = {"version", "membership plans", "on conflict"}
"""What a release with known holes has; the tests run on such."""

FIXED = {
    "membership_plans": {15: 20, 16: 16, 17: 12, 18: 6},
    "on_conflict": {15: 20, 16: 16, 17: 12, 18: 7},
    "role_plans": {15: 9, 16: 5, 17: 1},
    "role_rollback": {15: 9, 16: 5, 17: 1},
    "estimates": {15: 14, 16: 10, 17: 6},
    "create_statistics": {15: 15, 16: 11, 17: 7, 18: 1},
    "statistics_view": {15: 7, 16: 3},
}
"""Probe → major → the minor release that closed the hole."""

PICTURE = """
select 'role', count(*) from pg_roles
union all select 'schema', count(*) from pg_namespace where nspname !~ '^pg_'
union all select 'prepared', count(*) from pg_prepared_statements where name ~ 'rowlock'
"""


def report(database: Database, *arguments: str, user: str | None = None) -> dict[str, Any]:
    """Return what the command says to programs."""
    result = database.invoke(["doctor", "--json", *arguments], user=user)
    assert result.exit_code in (0, 1), result.output
    data: dict[str, Any] = json.loads(result.stdout)
    assert (result.exit_code == 0) == data["healthy"]
    return data


def serious(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is critical or a warning, and no known hole of the server."""
    return [
        each
        for each in data["findings"]
        if each["severity"] != "note" and each["check"] not in OF_THE_SERVER | {"hosts"}
    ]


def test_a_fresh_installation_is_healthy(standard_database: Database) -> None:
    """With the shipped definition nothing is found but what is wrong with the server; all of it is seen."""
    data = report(standard_database, "--thorough")

    assert serious(data) == []
    assert data["unseen"] == []
    assert data["schema_version"] == 1


def test_what_people_read(standard_database: Database) -> None:
    """A finding is a paragraph; notes are counted, and shown when asked for; skipped checks are not."""
    standard_database.connect().execute("alter table crm.deal no force row level security")
    arguments = ["doctor", *(word for name in OF_THE_SERVER for word in ("--skip", name)), "--skip", "hosts"]

    plain = standard_database.invoke(arguments)
    noted = standard_database.invoke([*arguments, "--notes"])

    assert plain.exit_code == noted.exit_code == 1
    assert "critical row security: crm.deal does not bind its owner, crm_owner\n  why: policies hold for nobody" in (
        plain.stdout
    )
    assert "  alter table crm.deal enable row level security, force row level security;\n" in plain.stdout
    assert "note " not in plain.stdout
    assert "(--notes)" in plain.stdout
    assert "note indexed values: crm.deal" in noted.stdout


@pytest.fixture(scope="module")
def owned(cluster_of: Callable[[str], Cluster]) -> Iterator[Database]:
    """Give a database that its owner, no superuser, installed Rowlock in."""
    with cluster_of("empty").database("empty") as database:
        administrator = database.connect()
        administrator.execute("create role shop_owner login createrole password 'shop_owner-secret'")
        administrator.execute(f'alter database "{database.name}" owner to shop_owner'.encode())
        result = database.invoke(["init"], user="shop_owner")
        assert result.exit_code == 0, result.output
        yield database


def test_an_owner_without_superuser(owned: Database) -> None:
    """The owner sees all but what is a superuser's, is told so, and finds what somebody did."""
    before = report(owned, user="shop_owner")
    owned.connect().execute("create role alice login; insert into crm.person (login, name) values ('alice', 'Alice')")
    owned.connect().execute("create role step; grant pg_read_all_data to step; grant step to alice")
    after = report(owned, user="shop_owner")

    assert serious(before) == []
    assert (
        {"hosts", "passwords"}
        <= {each["check"] for each in before["unseen"]}
        <= {"hosts", "passwords", "estimates", "role plans"}
    )
    assert [(each["check"], each["object"]) for each in serious(after)] == [("membership", "alice")]


def test_an_owner_mends_what_is_theirs(owned: Database) -> None:
    """What needs a superuser is refused as a whole, with the statement."""
    connection = owned.connect()
    connection.execute("grant create on schema crm to public")
    mended = owned.invoke(["doctor", "--only", "schema-privileges", "--apply", "--yes"], user="shop_owner")
    connection.execute("grant create on schema crm to public; create role root login bypassrls")
    connection.execute("insert into crm.person (login, name) values ('anna', 'Anna'); create role anna login bypassrls")
    arguments = ["doctor", "--only", "schema privileges", "--only", "person", "--apply", "--yes"]
    refused = owned.invoke(arguments, user="shop_owner")

    assert (mended.exit_code, mended.stderr.splitlines()[0]) == (0, "revoke create on schema crm from public cascade;")
    assert refused.exit_code == 2
    assert "by: alter role anna nobypassrls; nothing was done: run it as a superuser" in refused.stderr
    assert len(report(owned, "--only", "schema privileges")["findings"]) == 1


def slips(connection: psycopg.Connection) -> None:
    """Do three things: two that are taken back by themselves, one that is for people to mend."""
    connection.execute("grant truncate on crm.deal to crm_manager; alter role alice bypassrls")
    connection.execute("create function crm.mine() returns int language sql security definer as 'select 1'")


def test_apply(database: Database) -> None:
    """It shows the statements, runs them in one transaction, and looks again; what is left is for people."""
    open_company(database)
    slips(database.connect())
    only = [word for name in ("privileges", "person", "definer functions") for word in ("--only", name)]

    asked = database.invoke(["doctor", *only, "--apply"])
    result = database.invoke(["doctor", *only, "--apply", "--yes"])
    left = report(database, *only)["findings"]

    assert asked.exit_code == 2
    assert "nobody is there to confirm" in asked.stderr
    assert result.exit_code == 1
    assert "revoke truncate on crm.deal from crm_manager cascade;" in result.stderr
    assert "alter role alice nobypassrls;" in result.stderr
    assert [(each["check"], each["by_hand"]) for each in left] == [("definer functions", True)]


def test_a_finding_that_is_meant(database: Database) -> None:
    """It is off the list with its reason, until something else is the matter with it."""
    open_company(database)
    connection = database.connect()
    connection.execute("grant select on crm.product to crm_manager")
    only = ["--only", "privileges"]
    before = database.invoke(["doctor", *only])
    accepted = database.invoke(["accept", "privileges crm.product", "--because", "columns of products are no secret"])
    after = database.invoke(["doctor", *only])
    connection.execute("grant truncate on crm.product to crm_manager")
    again = report(database, *only)

    assert (before.exit_code, accepted.exit_code, after.exit_code) == (1, 0, 0), accepted.output
    assert "1 checks: nothing wrong, 1 accepted (rowlock accept)." in after.stdout
    assert again["accepted"] == 1
    assert [each["what"].partition(" for")[0] for each in again["findings"]] == ["truncate"]


def test_the_script_runs_as_it_is(database: Database) -> None:
    """What is safe is in a transaction, the rest is a comment; only what people are to look at is left."""
    open_company(database)
    connection = database.connect()
    slips(connection)
    connection.execute('create table crm."o\'dd\n;drop" (); grant select on crm."o\'dd\n;drop" to alice')

    result = database.invoke(["doctor", "--fix"])
    connection.execute(result.stdout.encode())

    assert result.exit_code == 1
    assert result.stdout.startswith("begin;\n")
    assert "-- alter routine crm.mine() set search_path = pg_catalog, crm, pg_temp;" in result.stdout
    assert connection.execute('select to_regclass($$crm."o\'dd\n;drop"$$) is not null').fetchone() == (True,)
    assert {each["check"] for each in serious(report(database))} == {"definer functions", "table"}


def test_names_cannot_leave_their_comment(database: Database) -> None:
    """What is left to people stays a comment in the script, and shows no escape of a terminal's."""
    open_company(database)
    connection = database.connect()
    connection.execute(
        'create table crm."\n;drop table crm.deal;\x1b[2J" (); create unique index "\n;x" on crm.product (sku)'
    )

    script = database.invoke(["doctor", "--fix", "--notes", "--only", "table", "--only", "unique-keys"]).stdout
    shown = database.invoke(["doctor", "--notes", "--only", "table", "--only", "unique-keys"]).stdout

    assert "drop table crm.deal" in script
    assert [line for line in script.split("\n") if line and not line.startswith("--")] == []
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["--only", "tabels"], 'unknown check "tabels"'),
        (["--skip", "nothing"], 'unknown check "nothing"'),
        (["--apply", "--json"], "say one"),
    ],
)
def test_what_cannot_be(database: Database, arguments: list[str], says: str) -> None:
    """It is said, and nothing is done."""
    result = database.invoke(["doctor", *arguments])

    assert result.exit_code == 2
    assert says in result.stderr


def test_the_probes_tell_open_holes_from_closed_ones(database: Database) -> None:
    """By trying: what each release is known to have; nothing of it lasts."""
    connection = database.connect()
    major, minor = divmod(connection.info.server_version, 10_000)
    before = connection.execute(PICTURE).fetchall()

    outcomes = probe(connection, PROBES)

    expected = {name: minor < fixed.get(major, 0) for name, fixed in FIXED.items()}
    assert {name: (each.is_open, each.obstacle) for name, each in outcomes.items()} == {
        name: (is_open, "") for name, is_open in expected.items()
    }
    assert connection.execute(PICTURE).fetchall() == before


def test_a_probe_finds_a_view_an_upgrade_left_open(database: Database) -> None:
    """As it was before CVE-2024-4317."""
    connection = database.connect()
    with connection.transaction(force_rollback=True):
        connection.execute("set local allow_system_table_mods = on")
        connection.execute(
            "do $$ begin execute 'create or replace view pg_catalog.pg_stats_ext as ' || regexp_replace("
            "pg_get_viewdef('pg_stats_ext'::regclass), 'pg_has_role\\([^)]*\\)', 'true'); end $$"
        )

        assert probe(connection, ["statistics_view"])["statistics_view"].is_open


def test_the_version(database: Database) -> None:
    """Below the floor it is critical, below the newest a warning."""
    connection = database.connect()
    major, minor = divmod(connection.info.server_version, 10_000)
    expected = ["error"] if minor < FLOOR[major] else ["warning"] if minor < PREFERRED[major] else []

    assert [each.severity for each in examine(connection, {"version"}).findings] == expected


def test_a_read_only_session_says_what_it_could_not_try(database: Database) -> None:
    """As on a standby: everything but the probes."""
    connection = database.connect(options="-c default_transaction_read_only=on")

    diagnosis = examine(connection)

    assert {each.check for each in diagnosis.unseen} == {
        check.name for name, check in PROBES.items() if name != "statistics_view"
    }
    assert all("read-only" in each.why for each in diagnosis.unseen)


def test_a_definition_that_no_longer_fits(database: Database) -> None:
    """The other checks are made all the same."""
    connection, _ = open_company(database)
    connection.execute("alter table crm.lead drop column stage cascade; grant truncate on crm.deal to alice")

    diagnosis = examine(connection, {"drift", "view", "privileges"})

    assert {each.check for each in diagnosis.unseen} == {"drift"}
    assert [each.kind for each in diagnosis.findings] == ["privileges"]


SETTINGS = {
    "lo_compat_privileges": "on",
    "session_replication_role": "replica",
    "row_security": "off",
    "password_encryption": "md5",
    "log_statement": "all",
    "log_min_duration_statement": "250ms",
    "log_parameter_max_length_on_error": "-1",
    "auto_explain.log_min_duration": "0",
}
"""Settings of the whole server, which no transaction takes back."""


def changed(database: Database, setting: str, value: str) -> None:
    """Wait until new sessions have a setting of the server's configuration."""
    for _ in range(100):
        with psycopg.connect(database.url) as connection:
            if connection.execute("select current_setting(%s, true)", [setting]).fetchone() == (value,):
                return
        time.sleep(0.05)
    raise AssertionError(f"{setting} is not {value}")


@contextmanager
def configured(connection: psycopg.Connection) -> Iterator[None]:
    """Take back whatever was set for the server in the block."""
    try:
        yield
    finally:
        connection.execute("alter system reset all")
        connection.execute("select pg_reload_conf()")


def test_settings_of_the_server(database: Database) -> None:
    """Each is found, and taken back by its own statements."""
    connection = database.connect()
    mine = connection.execute("select name, setting from pg_file_settings where sourcefile ~ 'auto.conf$'").fetchall()
    if mine:
        pytest.skip("this server has settings of its own by ALTER SYSTEM")
    with configured(connection):
        connection.execute("load 'auto_explain'")
        for name, value in SETTINGS.items():
            connection.execute(f"alter system set {name} = '{value}'".encode())
        connection.execute("select pg_reload_conf()")
        changed(database, "log_statement", "all")
        with psycopg.connect(database.url, autocommit=True) as fresh:
            fresh.execute("load 'auto_explain'")
            found = {each.object: each for each in examine(fresh, {"settings"}).findings}
            for each in found.values():
                for statement in each.statement.split(";\n"):
                    fresh.execute(statement.encode())
        changed(database, "log_statement", "ddl")
        with psycopg.connect(database.url, autocommit=True) as fresh:
            left = examine(fresh, {"settings"}).findings

    assert found.keys() == SETTINGS.keys()
    assert left == ()


@pytest.mark.parametrize(
    "addresses, found", [("*", ["ssl"]), ("localhost, 192.0.2.1", ["ssl"]), ("127.0.0.2, ::1", []), ("", [])]
)
def test_a_server_that_listens_to_others_without_tls(database: Database, addresses: str, found: list[str]) -> None:
    """Where it listens is changed in the view, since no server changes it without a restart."""
    connection = database.connect()
    if connection.execute("show ssl").fetchone() == ("on",):
        pytest.skip("this server has TLS")
    with connection.transaction(force_rollback=True):
        connection.execute("set local allow_system_table_mods = on")
        connection.execute(
            "do $$ begin execute 'create or replace view pg_catalog.pg_settings as ' || regexp_replace("
            "pg_get_viewdef('pg_settings'::regclass), '(a\\.)?setting,\\n',"
            f" e'case name when ''listen_addresses'' then ''{addresses}'' else setting end as setting,\\n'); end $$"
        )

        assert [each.object for each in examine(connection, {"settings"}).findings] == found


def test_rules_of_pg_hba(database: Database) -> None:
    """Read through SQL; the file is put back."""
    connection = database.connect()
    ((path,),) = connection.execute("show hba_file").fetchall()
    file = Path(path)
    if not file.exists():
        pytest.skip("the server is another machine")
    text = file.read_text("utf-8")
    before = examine(connection, {"hosts"}).findings
    try:
        file.write_text(
            f"{text}\nlocal nowhere all trust\nhost nowhere all 192.0.2.0/24 trust\n"
            "host nowhere all 192.0.2.0/24 password\nhost nowhere all 192.0.2.0/24 md5\nhost nowhere all nonsense\n",
            "utf-8",
        )
        found = examine(connection, {"hosts"}).findings
    finally:
        file.write_text(text, "utf-8")

    new = sorted((each.severity, each.what.partition(",")[0].partition(":")[0]) for each in found if each not in before)
    assert new == [
        ("error", "lets all in without a password"),
        ("note", "accepts MD5"),
        ("warning", "has passwords sent as they are"),
        ("warning", "is wrong"),
        ("warning", "lets all in without a password"),
    ]
