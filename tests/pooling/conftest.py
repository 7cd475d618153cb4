"""A company behind PgBouncer: people with a number of companies each, called after them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from rls.pgbouncer.files import installed_version
from rls.server.process import free_port
from tests.fixtures.database import Cluster, Database
from tests.pooling.bouncer import Bouncer, directory_for_bouncer, running, written

PEOPLE = {f"person{number}": number for number in range(1, 9)}
"""Login → how many companies are theirs."""

MAKE_PEOPLE = """
do $$ begin for i in 1..8 loop
  execute format('create role person%1$s login password %2$L', i, 'person' || i || '-secret');
end loop; end $$;
insert into crm.person (login, name) select 'person' || n, 'Person ' || n from generate_series(1, 8) as n;
insert into rls.assignment (role, principal_kind) values ('manager', 'everyone');
insert into crm.company (name, owner_id)
select person.login, person.id
from crm.person cross join lateral generate_series(1, replace(person.login, 'person', '')::int);
create role crm_app login noinherit password 'crm_app-secret';
insert into rls.pool values ('crm_app');
"""


@dataclass(frozen=True)
class Office:
    """The company's database, and a PgBouncer before it that has an entry for each pool mode."""

    database: Database
    bouncer: Bouncer

    @property
    def version(self) -> tuple[int, ...]:
        """The version of PgBouncer."""
        return installed_version()

    def entry(self, mode: str) -> str:
        """Return the name of the database for clients, by pool mode."""
        return self.database.name + ("_session" if mode == "session" else "")


def impatient(directory: Path) -> None:
    """Have who waits for a connection that cannot be had wait for two seconds instead of thirty."""
    ini = directory / "pgbouncer.ini"
    text = ini.read_text(encoding="utf-8")
    assert "query_wait_timeout = 30" in text
    ini.write_text(text.replace("query_wait_timeout = 30", "query_wait_timeout = 2"), encoding="utf-8")


@pytest.fixture(scope="module")
def office(cluster_of: Callable[[str], Cluster]) -> Iterator[Office]:
    """Give the company; both roads lead through PgBouncer."""
    with cluster_of("standard").database("standard") as database, directory_for_bouncer() as directory:
        database.connect().execute(MAKE_PEOPLE)
        options = ("--mode", "both", "--pool", "crm_app", "--per-person", "2", "--connections", "20")
        port = written(database, directory, *options)
        impatient(directory)
        with running(database, directory, port) as bouncer:
            yield Office(database, bouncer)


@contextmanager
def careless(office: Office, **settings: str) -> Iterator[Bouncer]:
    """Run another PgBouncer with the same files, and other settings: nothing is reset between transactions."""
    settings |= {"server_reset_query_always": "0"}
    with directory_for_bouncer() as directory:
        for name in ("userlist.txt", "pgbouncer.ini"):
            text = (office.bouncer.directory / name).read_text(encoding="utf-8")
            port = free_port()
            text = text.replace(str(office.bouncer.directory), str(directory))
            text = text.replace(f"listen_port = {office.bouncer.port}", f"listen_port = {port}")
            for setting, value in settings.items():
                text = re.sub(rf"^{setting} = .*$", f"{setting} = {value}", text, flags=re.MULTILINE)
            (directory / name).write_text(text, encoding="utf-8")
        with running(office.database, directory, port) as bouncer:
            yield bouncer


def found(office: Office, target: str) -> dict[str, list[str]]:
    """Return what ``rowlock pgbouncer check`` says of *target*: name → settings."""
    result = office.database.invoke(["pgbouncer", "check", target, "--json"])
    rows = json.loads(result.stdout)["findings"]
    assert result.exit_code == (1 if rows else 0)
    return {row["name"]: [one["setting"] for one in rows if one["name"] == row["name"]] for row in rows}
