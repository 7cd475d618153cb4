"""rowlock demo: the main job on one screen."""

from __future__ import annotations

import click

from rls.report import console


@click.command()
def demo() -> None:
    """Show the whole thing in a PostgreSQL of its own, and leave nothing behind.

    Starts an embedded server, installs the CRM schema and the rights, fills a
    small company and lets five people run the same query by their own logins:
    each sees other rows.  Then a forbidden write is refused, and a change of
    rights takes effect in a session that is open.
    """
    from rls.demo.demo import run, server

    console.say("starting a PostgreSQL of its own …", style="dim")
    with server() as embedded:
        for part in run(embedded):
            console.data(part)
