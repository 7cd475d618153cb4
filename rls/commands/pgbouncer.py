"""rowlock pgbouncer: one port where everybody logs in as themselves."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click
import psycopg

from rls.commands.connection import with_connection
from rls.commands.options import as_json
from rls.errors import RowlockError
from rls.report import console

SCHEMA_VERSION = 1
"""Version of the JSON."""

Existing = click.Path(path_type=Path, exists=True, dir_okay=False, resolve_path=True)


@click.group()
def pgbouncer() -> None:
    """PgBouncer before people's own logins: written, and checked.

    People, BI tools and applications log in to it as themselves, with the
    passwords PostgreSQL knows; it asks the database for them.
    """


@pgbouncer.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False, resolve_path=True))
@click.option(
    "--mode",
    type=click.Choice(["transaction", "session", "both"]),
    default="transaction",
    show_default=True,
    help="When a connection to PostgreSQL is given back; both: DATABASE and DATABASE_session.",
)
@click.option("--listen", default="127.0.0.1", show_default=True, help="Addresses to listen on.")
@click.option("--port", default=6432, show_default=True, help="The port to listen on.")
@click.option(
    "--server", metavar="HOST:PORT", help="Where PgBouncer finds PostgreSQL; by default, as this command does."
)
@click.option("--certificate", type=Existing, help="TLS certificate; clients without TLS are refused then.")
@click.option("--key", type=Existing, help="Its key.")
@click.option("--server-ca", type=Existing, help="Who signed PostgreSQL's certificate, which is checked then.")
@click.option("--connections", default=80, show_default=True, help="The most connections to PostgreSQL.")
@click.option("--per-person", default=5, show_default=True, help="The most of them for one login.")
@click.option("--pool", "pools", multiple=True, metavar="LOGIN", help="Let a pool's login through, too.")
@with_connection
def write(
    connection: psycopg.Connection,
    directory: Path,
    *,
    mode: str,
    listen: str,
    port: int,
    server: str | None,
    certificate: Path | None,
    key: Path | None,
    server_ca: Path | None,
    connections: int,
    per_person: int,
    pools: tuple[str, ...],
) -> None:
    """Write pgbouncer.ini and userlist.txt into DIRECTORY, and make what PgBouncer asks.

    Makes a login that may call one function, and the function: it gives the
    SCRAM verifier of an active person, and nobody else's.  Needs a superuser.
    Run again, it writes the files anew; passwords that are in them stay.

    \b
    Examples:
      rowlock pgbouncer write /etc/pgbouncer/crm --listen '*' \\
        --certificate server.crt --key server.key
      pgbouncer -d /etc/pgbouncer/crm/pgbouncer.ini
    """
    from rls.installed import installed
    from rls.pgbouncer import database, files
    from rls.pgbouncer.configuration import CHECKER, Configuration, Mode

    if (certificate is None) != (key is None):
        raise click.UsageError("a certificate and its key go together: say --certificate and --key")
    installation = installed(connection)
    files.refuse_foreign(directory)
    host, server_port = _server(server, connection)
    with connection.transaction():
        configuration = Configuration(
            database=connection.info.dbname,
            host=host,
            port=server_port,
            auth_user=database.login_of(installation),
            password=files.secret_of(directory, database.login_of(installation)),
            check_password=files.secret_of(directory, CHECKER),
            directory=directory,
            mode=cast("Mode", mode),
            version=files.installed_version(),
            listen=listen,
            listen_port=port,
            certificate=certificate,
            key=key,
            server_ca=server_ca,
            server_connections=connections,
            per_person=per_person,
            pools=database.verifiers(connection, pools) if pools else {},
        )
        database.install(connection, installation, configuration.password)
        files.write(configuration)
    console.say(f"written: {directory}/pgbouncer.ini and userlist.txt; start it, or RELOAD")
    console.say(f"check it with: rowlock pgbouncer check {directory}/pgbouncer.ini")


def _server(text: str | None, connection: psycopg.Connection) -> tuple[str, int]:
    if text is None:
        return connection.info.host or "127.0.0.1", connection.info.port
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal():
        raise click.UsageError(f'--server "{text}": write HOST:PORT')
    return host, int(port)


@pgbouncer.command()
@click.argument("target")
@click.option("--accept", multiple=True, metavar="NAME", help="Say nothing of findings of this name.")
@as_json
@with_connection
def check(connection: psycopg.Connection, target: str, *, accept: tuple[str, ...], as_json: bool) -> None:
    """Find what of a PgBouncer's settings leaks, opens or breaks something.

    TARGET is a pgbouncer.ini, or the URL of a running one's database
    `pgbouncer`.  --url names the database behind it, which is asked what
    auth_user may do and whose passwords auth_query gives.  Exit 0: nothing; 1:
    findings, a line each, with a name in brackets that --accept takes.

    \b
    Examples:
      rowlock pgbouncer check /etc/pgbouncer/pgbouncer.ini
      rowlock pgbouncer check postgresql://rowlock_check@localhost:6432/pgbouncer
    """
    from rls.installed import installed
    from rls.pgbouncer import asking
    from rls.pgbouncer.checking import findings

    installed(connection)
    running = "://" in target or "=" in target
    facts = asking.of_console(target) if running else asking.of_file(Path(target))
    facts = asking.with_database(facts, connection)
    found = [finding for finding in findings(facts) if finding.code not in accept]
    if as_json:
        rows = [
            {"name": one.code, "setting": one.setting, "message": one.message, "advice": one.advice} for one in found
        ]
        version = ".".join(map(str, facts.version)) if facts.version else None
        console.json({"schema_version": SCHEMA_VERSION, "version": version, "findings": rows})
    else:
        for one in found:
            console.data(f"[{one.code}] {one}")
    if facts.auth_user_powers is not None and facts.reached is None:
        console.warn("auth_query was not tried: be a superuser, or a member of auth_user")
    if found:
        raise click.exceptions.Exit(1)
    console.say("Nothing found.")


@pgbouncer.command()
@with_connection
def remove(connection: psycopg.Connection) -> None:
    """Take the function and PgBouncer's login away: nobody new gets through."""
    from rls.installed import installed
    from rls.pgbouncer import database

    installation = installed(connection)
    if not database.installed(connection):
        raise RowlockError("PgBouncer's function is not in this database: nothing to remove")
    with connection.transaction():
        database.remove(connection, installation)
    console.say("removed")
