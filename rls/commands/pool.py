"""rowlock pool: the logins under which applications work for many people."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import psycopg

from rls.commands.connection import with_connection
from rls.commands.options import as_json, passwords_option
from rls.organisation.wording import count
from rls.report import console
from rls.report.tables import table

SCHEMA_VERSION = 1
"""Version of the JSON."""


@click.group()
def pool() -> None:
    """Logins for applications: each may become people, and is nothing by itself.

    Which people a login may become follows the organisation by itself.  With
    thousands of people, divide them over several logins (--slices).
    """


@pool.command()
@click.argument("login")
@click.option("--slice", "part", metavar="I/N", help="Only the people of this slice out of N, such as 2/8.")
@click.option("--slices", type=click.IntRange(2, 1000), metavar="N", help="Make LOGIN_1 to LOGIN_N, a slice each.")
@passwords_option
@with_connection
def add(
    connection: psycopg.Connection, login: str, *, part: str | None, slices: int | None, passwords: Path | None
) -> None:
    """Make LOGIN the login of a pool, or give it another slice.

    A database role that does not exist is made, with a password.

    \b
    Examples:
      rowlock pool add crm_app
      rowlock pool add crm_app --slices 8 --passwords new.csv
      rowlock pool add crm_app_9 --slice 9/10
    """
    from rls.installed import installed
    from rls.organisation import pools
    from rls.organisation.logins import new_password
    from rls.organisation.passwords import write
    from rls.pools import parse

    if part and slices:
        raise click.UsageError("--slice is for one login, --slices for all of them: say one")
    installation = installed(connection)
    wanted = {f"{login}_{number}": (number, slices) for number in range(1, slices + 1)} if slices else {}
    wanted = wanted or {login: parse(part) if part else (1, 1)}
    made = sorted(wanted.keys() - pools.existing(connection, wanted))
    if made and passwords is None and not sys.stdout.isatty():
        raise click.UsageError("nobody would see the generated passwords: say --passwords FILE")
    secrets = {name: new_password() for name in made}
    with connection.transaction():
        pools.add(connection, installation, wanted, secrets)
        if secrets and passwords is not None:
            write(passwords, secrets)
    for one in pools.pools(connection):
        if one.login in wanted:
            console.say(f"{one.login} may become {count(one.people, 'person', 'people')} (slice {one.written})")
    if passwords is None:
        for name, secret in secrets.items():
            console.data(f"{name}  {secret}")
    elif secrets:
        console.say(f"{count(len(secrets), 'password')} in {passwords}, readable by you only")


@pool.command()
@click.argument("logins", nargs=-1, required=True)
@with_connection
def remove(connection: psycopg.Connection, logins: tuple[str, ...]) -> None:
    """Take LOGINS back: they may become nobody and log in no more, and their sessions end.

    The database roles stay, so that nobody takes their names; `drop role`
    removes them.
    """
    from rls.organisation import pools

    pools.remove(connection, logins)
    console.say(f"done: {count(len(logins), 'login')} taken back")


@pool.command("list")
@click.option("--check", is_flag=True, help="Exit with 1 when something is wrong.")
@as_json
@with_connection
def list_pools(connection: psycopg.Connection, *, check: bool, as_json: bool) -> None:
    """List the logins of pools, their slices, and what is wrong with them."""
    from rls.organisation import pools

    found = pools.pools(connection)
    missing = pools.missing_slices(found)
    rows = [
        {"login": one.login, "slice": one.written, "people": one.people, "problems": list(one.problems)}
        for one in found
    ]
    if as_json:
        console.json({"schema_version": SCHEMA_VERSION, "pools": rows, "missing_slices": missing})
    else:
        console.data(table(("login", "slice", "people", "problems"), rows))
        for name in missing:
            console.warn(f"no login has slice {name}: its people are reached by none of these pools")
    if check and (missing or any(one.problems for one in found)):
        raise click.exceptions.Exit(1)


@pool.command()
@with_connection
def refresh(connection: psycopg.Connection) -> None:
    """Grant and revoke what pools' logins lack or have too much.

    Needed where somebody who may not grant logins changed people, or made the
    database role of a person later.
    """
    with connection.transaction():
        connection.execute("select rls.begin_refresh()")
        connection.execute("select rls.refresh_pools()")
    console.say("done")
