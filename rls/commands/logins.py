"""rowlock people password, limit, limits: how people log in, and what a login may take of the server."""

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


@click.command()
@click.argument("login")
@click.option("--prompt", is_flag=True, help="Ask for the password, twice, instead of making one.")
@click.option("--keep", is_flag=True, help="Leave the password; only set how long it is valid.")
@click.option(
    "--valid-until",
    metavar="WHEN",
    help="The password is good until then: a date (included) or timestamp; never: for good.",
)
@passwords_option
@with_connection
def password(
    connection: psycopg.Connection,
    login: str,
    *,
    prompt: bool,
    keep: bool,
    valid_until: str | None,
    passwords: Path | None,
) -> None:
    """Give the person LOGIN another password.

    A password is made and shown once, or asked for; the server gets its
    SCRAM-SHA-256 verifier only.  Whoever has it may change it: \\password in
    psql.

    \b
    Examples:
      rowlock people password darcel_schlecht
      rowlock people password darcel_schlecht --prompt
      rowlock people password temp_help --keep --valid-until 2027-01-31
    """
    from rls.installed import installed
    from rls.organisation import credentials
    from rls.organisation.logins import new_password
    from rls.organisation.passwords import write

    if prompt and keep:
        raise click.UsageError("--keep leaves the password, --prompt asks for another: say one")
    if keep and valid_until is None:
        raise click.UsageError("--keep without --valid-until changes nothing")
    until = credentials.until(valid_until)
    installation = installed(connection)
    credentials.check(connection, installation, login)
    made = not (prompt or keep)
    if made and passwords is None and not sys.stdout.isatty():
        raise click.UsageError("nobody would see the generated passwords: say --passwords FILE")
    text = None if keep else new_password() if made else _asked()
    with connection.transaction():
        credentials.change(connection, login, text, until)
        if made and passwords is not None and text is not None:
            write(passwords, {login: text})
    if made and passwords is None:
        console.data(f"{login}  {text}")
    console.say("done" if passwords is None or not made else f"the password is in {passwords}, readable by you only")


def _asked() -> str:
    if not sys.stdin.isatty():
        raise click.UsageError("--prompt needs a terminal")
    text: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return text


@click.command()
@click.argument("role")
@click.option("--connections", type=click.IntRange(min=1), metavar="N", help="How many sessions a person may have.")
@click.option("--statement-timeout", metavar="TIME", help="How long a statement may take, such as 5min; 0: for ever.")
@click.option("--idle-in-transaction", metavar="TIME", help="How long a transaction may do nothing, such as 10min.")
@click.option("--none", "nothing", is_flag=True, help="Take the role's limits away.")
@with_connection
def limit(
    connection: psycopg.Connection,
    role: str,
    *,
    connections: int | None,
    statement_timeout: str | None,
    idle_in_transaction: str | None,
    nothing: bool,
) -> None:
    """Limit what the logins of people who hold ROLE may take of the server.

    ROLE is one of the definition, or everyone: that counts for people none of
    whose roles says anything.  Of several roles the most generous counts.  A
    session may set its timeouts otherwise: they are against mistakes.  New
    sessions begin with them.

    \b
    Examples:
      rowlock people limit everyone --connections 5 --statement-timeout 1min
      rowlock people limit analyst --statement-timeout 1h
      rowlock people limit analyst --none
    """
    from rls.installed import installed
    from rls.organisation import limits as limiting

    given = {
        "connections": connections,
        "statement_timeout": None if statement_timeout is None else limiting.milliseconds(statement_timeout),
        "idle_in_transaction_session_timeout": (
            None if idle_in_transaction is None else limiting.milliseconds(idle_in_transaction)
        ),
    }
    wanted = {name: value for name, value in given.items() if nothing or value is not None}
    if not wanted or (nothing and any(value is not None for value in given.values())):
        raise click.UsageError("say a limit, or --none alone")
    changed = limiting.state(connection, installed(connection), role, wanted)
    for change in changed:
        console.data(f"~ login {change}")
    console.say(f"done: {count(len(changed), 'limit')} of logins changed")


@click.command()
@click.option("--mend", "mending", is_flag=True, help="Give every login its limits.")
@as_json
@with_connection
def limits(connection: psycopg.Connection, *, mending: bool, as_json: bool) -> None:
    """List the limits of roles, and the logins that have others than they should.

    Limits follow when they are set and at every `people sync`; whoever got a
    role otherwise has those of before, until --mend.
    """
    from rls.installed import installed
    from rls.organisation import limits as limiting

    installation = installed(connection)
    found = limiting.stated(connection, installation)
    with connection.transaction():
        changed = (limiting.mend if mending else limiting.wrong)(connection, installation)
    rows = [
        {"role": role, **{name: said.get(name) for name in limiting.LIMITS}} for role, said in found.items() if said
    ]
    if as_json:
        console.json({"schema_version": SCHEMA_VERSION, "limits": rows, "logins": [str(one) for one in changed]})
        return
    console.data(table(("role", *limiting.LIMITS), rows))
    for change in changed:
        console.data(f"~ login {change}")
    if changed and not mending:
        console.say(f"{count(len(changed), 'limit')} of logins to mend: rowlock people limits --mend")
