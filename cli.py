"""The command line: which commands there are, and under which heading.

In a wheel this module is ``rls.cli``.
"""

from __future__ import annotations

import click

from rls import __version__
from rls.commands.group import RowlockGroup

SECTIONS = {
    "Start": {
        "demo": "demo",
        "server": "server",
        "init": "installation",
        "upgrade": "installation",
        "uninstall": "installation",
    },
    "Rights": {
        "validate": "definition",
        "schema": "definition",
        "compile": "definition",
        "matrix": "definition",
        "carry": "carrying",
        "refer": "referring",
        "plan": "rights",
        "apply": "applying",
        "verify": "rights",
        "doctor": "doctor",
        "harden": "hardening",
        "leakproof": "leakproof",
        "advise": "advising",
        "accept": "accepting",
        "history": "applying",
        "rollback": "applying",
        "revision": "revising",
    },
    "People": {
        "people": "people",
        "assign": "assignments",
        "unassign": "assignments",
        "assignments": "assignments",
        "budget": "budget",
        "as": "session",
    },
    "Connections": {
        "pool": "pool",
        "pgbouncer": "pgbouncer",
    },
    "Records": {
        "load": "records",
        "export": "exporting",
        "log": "log",
    },
}


@click.group(cls=RowlockGroup, sections=SECTIONS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rowlock", message="%(prog)s %(version)s")
def main() -> None:
    """Rowlock: a company's CRM access rights, enforced by PostgreSQL itself.

    You write who may read, create, update and delete which records; Rowlock
    makes it row-level security, and every client of the database obeys it.

    \b
    A first walk:
      rowlock demo                      see it work, in a server of its own
      rowlock server start              a PostgreSQL to try it in
      rowlock init                      the CRM's tables, nobody has rights yet
      rowlock plan roles.yaml           what would change
      rowlock apply roles.yaml          change it
      rowlock as alice -c "select …"    what alice sees

    \b
    Exit codes: 0 fine, 1 it ran and found something (drift, an invalid
    definition), 2 it could not run.  ROWLOCK_DEBUG=1 shows tracebacks.
    """
