"""rowlock init, upgrade, uninstall: what Rowlock itself keeps in a database."""

from __future__ import annotations

import click
import psycopg

from rls.commands.connection import with_connection
from rls.errors import RowlockError
from rls.installed import read
from rls.names import Installation
from rls.report import console


@click.command()
@click.option("--no-crm", is_flag=True, help="Only what the rights need; the business tables are yours.")
@click.option(
    "--organisation", default="crm", show_default=True, metavar="SCHEMA", help="Schema of people and departments."
)
@click.option("--no-rights", is_flag=True, help="Without the roles Rowlock ships: you apply your own definition.")
@click.option("--prefix", default="crm_", show_default=True, help="What the names of our database roles begin with.")
@with_connection
def init(connection: psycopg.Connection, *, no_crm: bool, organisation: str, no_rights: bool, prefix: str) -> None:
    """Install Rowlock in a database.

    Makes schema rls (the helpers of the rights), the tables of people and
    departments, the CRM's own tables unless --no-crm, and the roles Rowlock
    ships unless --no-rights; nobody holds a role yet.  Database roles belong
    to the whole server: give two databases of one server different prefixes.
    Run again, it changes nothing.

    \b
    Examples:
      rowlock init                                     a CRM from nothing
      rowlock init --no-crm --organisation staff       beside tables you have
    """
    from rls import installation

    before = read(connection)
    # The shipped definition reads people and departments from schema crm.
    rights = not no_rights and not no_crm and organisation == "crm"
    wanted = Installation(prefix=prefix, organisation=organisation)
    installation.install(connection, wanted, crm=not no_crm, rights=rights)
    console.say(f"{'installed' if before is None else 'up to date'} in database {connection.info.dbname}")


@click.command()
@with_connection
def upgrade(connection: psycopg.Connection) -> None:
    """Bring an installation to this version of Rowlock.

    Applies the migrations that are missing, all or none.  Nothing to do is
    fine.
    """
    from rls import installation

    installation.upgrade(connection)
    console.say(f"up to date in database {connection.info.dbname}")


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_connection
def uninstall(connection: psycopg.Connection, *, yes: bool) -> None:
    """Remove Rowlock from a database, with the CRM's tables and everything in them.

    Drops schema rls, the tables `rowlock init` made and our database roles;
    people's logins stay.  Asks first.
    """
    from rls import installation
    from rls.leakproof import has_operators

    database = connection.info.dbname
    names = read(connection)
    if names and has_operators(connection, names):
        raise RowlockError("there are leakproof operators, which are a superuser's: rowlock leakproof --undo")
    if not yes:
        click.confirm(f"Drop everything Rowlock made in database {database}, records included?", abort=True, err=True)
    installation.uninstall(connection)
    console.say(f"removed from database {database}")
