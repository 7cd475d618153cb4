"""``python -m tests.fuzzing``: attack for as long as wanted."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from rls.server import EmbeddedServer, binaries
from tests.fixtures.database import Cluster
from tests.fixtures.server import FAST, Server, data_directory
from tests.fuzzing.running import Report, attack


@click.command()
@click.option("--seed", help="What everything is drawn from; random if not given, and printed.")
@click.option("--statements", default=100_000, show_default=True, help="How many to compare.")
@click.option("--minutes", type=float, help="Stop after this time.")
@click.option(
    "--bin", "directory", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="PostgreSQL programs, for instance /usr/lib/postgresql/15/bin; the embedded ones if not given.",
)  # fmt: skip
def main(seed: str | None, statements: int, minutes: float | None, directory: Path | None) -> None:
    """Speak random SQL as ordinary people on a server of its own, and compare everything with the oracle."""
    seed = seed or secrets.token_hex(4)
    with server(directory) as running:
        cluster = Cluster(running)
        report = attack(
            lambda: cluster.database("installed"), seed, statements,
            seconds=minutes and minutes * 60, tell=progress,
        )  # fmt: skip
    click.echo(str(report))
    sys.exit(1 if report.failure else 0)


def progress(report: Report) -> None:
    """Say how far it is."""
    rate = report.compared / max(report.seconds, 0.001)
    click.echo(f"{report.compared:,} statements, {report.companies} companies, {rate:.0f}/s", err=True)


@contextmanager
def server(directory: Path | None) -> Iterator[Server]:
    """Give an embedded server that is removed afterwards."""
    programs = binaries.find(directory)
    with data_directory() as data:
        embedded = EmbeddedServer(data, programs.directory, FAST)
        try:
            embedded.start(foreground_child=True)
            yield Server(embedded.url(), f"PostgreSQL {programs.version}")
        finally:
            embedded.stop(immediately=True)


if __name__ == "__main__":
    main()
