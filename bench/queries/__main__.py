"""What people's queries cost under Rowlock, beside the best WHERE by hand and other ways to the same rows.

``python -m bench.queries [--rows 1000000] [--only TEXT] [--quick] [--json FILE] [--plot FILE] [--explain DIR]``

A company of 5,000 people in 300 departments and as many deals as wanted is made
once, in an embedded PostgreSQL below --directory (whose programs ROWLOCK_PG_BIN
or --bin names) or in a new database of the server at --url.  What was measured
is kept there: an interrupted run goes on, another set of policies starts anew.
Another version of the shipped tables or functions needs another directory.

With --leakproof Rowlock's sessions find the operators of `rowlock leakproof` before
the server's; everything else, the indexes for them included, is there without.

Beside ✗, a missed target, stand letters of the reasons that were found; the last
lines say what they mean.

In a cell everyone runs the same query in turn; figures are medians of the
runs, after one that is not counted.  By default they are of the processor, in
the session's server process, where that is known (Linux, same machine), so that
they hold on a busy machine, too; an application's are of the clock.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bench.queries import company, plot, table
from bench.queries.contenders import CONTENDERS, FORMS, HAND, LEAKPROOF, ROWLOCK
from bench.queries.measuring import Effort
from bench.queries.people import COMPARED, PEOPLE
from bench.queries.queries import QUERIES, QUICK
from bench.queries.reasons import LEGEND
from bench.queries.running import Connect, Runner, Wanted
from bench.queries.state import State
from rls.server import EmbeddedServer
from rls.server.location import default_directory

DATABASE = "bench_queries"

SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "max_locks_per_transaction": "8192",
    "max_wal_size": "4GB",
    "shared_buffers": "2GB",
}
"""Everything fits into memory, and nothing runs beside; the rest, above all what things cost, is as it comes."""

QUICK_PEOPLE = ("executive", "head of 800", "head of 50", "head, thin", "own, many", "three roles")

TALK = Console(stderr=True)


def main() -> None:
    """Measure and print the tables."""
    arguments = _arguments()
    wanted = _wanted(arguments)
    with _server(arguments) as url:
        state = _measured(url, arguments, wanted)
        with psycopg.connect(url) as connection:
            version = str(connection.info.parameter_status("server_version"))
    when = f"{datetime.now(UTC):%d %B %Y}"
    operators = "leakproof operators; " if arguments.leakproof else ""
    title = f"{arguments.rows:,} deals; {operators}PostgreSQL {version}, {platform.machine()}, {when}; {wanted.clock}"
    named = {place: state.cells[place] for _, _, place in wanted.cells()}
    _print(named, wanted, title)
    if arguments.json:
        found = {
            "title": title,
            "clock": wanted.clock,
            "reasons": LEGEND,
            "cells": list(table.as_json(named, wanted.clock)),
        }
        arguments.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if arguments.plot:
        levels = {person.name: person.widest for person in PEOPLE}
        arguments.plot.write_text(plot.svg(named, levels, title, wanted.clock), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.queries", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="deals: 100,000 to 10,000,000")
    parser.add_argument(
        "--only", action="append", default=[], metavar="TEXT", help="people, queries or contenders with it"
    )
    parser.add_argument("--quick", action="store_true", help="fewer people, queries and forms, half a second a cell")
    parser.add_argument("--form", action="append", choices=FORMS, help="default: all")
    parser.add_argument("--workers", type=_numbers, default=(0, 2), help="parallel workers, default 0,2")
    parser.add_argument("--rowlock", action="store_true", help="no other contenders than the hand-written WHERE")
    parser.add_argument("--leakproof", action="store_true", help="with the operators of `rowlock leakproof`")
    parser.add_argument("--clock", choices=["processor", "wall"], default="processor")
    parser.add_argument("--seconds", type=float, default=1.0, help="for a cell, default 1")
    parser.add_argument("--directory", type=Path, metavar="DIR", help="default: beside the embedded server's")
    parser.add_argument("--bin", type=Path, metavar="DIR", help="the programs of PostgreSQL")
    parser.add_argument("--url", help="a superuser's, of a server nothing else is in")
    parser.add_argument(
        "--explain", type=Path, metavar="DIR", help="keep both plans of each cell that misses its target"
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="an SVG picture")
    return parser.parse_args()


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


def _wanted(arguments: argparse.Namespace) -> Wanted:
    quick = arguments.quick
    contenders = tuple(LEAKPROOF if arguments.leakproof and each is ROWLOCK else each for each in CONTENDERS)
    wanted = Wanted(
        people=tuple(person for person in PEOPLE if not quick or person.name in QUICK_PEOPLE),
        queries=tuple(query for query in QUERIES if not quick or query.name in QUICK),
        forms=tuple(arguments.form or (("simple", "generic") if quick else FORMS)),
        workers=(0,) if quick else arguments.workers,
        contenders=contenders[:2] if arguments.rowlock else contenders,
        effort=Effort(seconds=arguments.seconds / 2 if quick else arguments.seconds),
        clock=arguments.clock,
        explain=arguments.explain,
    )
    return _narrowed(wanted, arguments.only)


def _narrowed(wanted: Wanted, texts: Sequence[str]) -> Wanted:
    """Keep the people, queries and contenders with one of these texts in their names, where any has."""

    def kept(names: Sequence[str]) -> frozenset[str]:
        return frozenset(name for name in names if any(text in name for text in texts)) or frozenset(names)

    people = kept([person.name for person in wanted.people])
    queries = kept([query.name for query in wanted.queries])
    contenders = kept([contender.name for contender in wanted.contenders]) | {HAND.name, ROWLOCK.name}
    return replace(
        wanted,
        people=tuple(person for person in wanted.people if person.name in people),
        queries=tuple(query for query in wanted.queries if query.name in queries),
        contenders=tuple(contender for contender in wanted.contenders if contender.name in contenders),
    )


@contextmanager
def _server(arguments: argparse.Namespace) -> Iterator[str]:
    """Give a superuser's URL, of a server of our own or the one that is named."""
    if arguments.url:
        yield arguments.url
        return
    server = EmbeddedServer(_directory(arguments) / "postgres", arguments.bin, settings=SETTINGS)
    server.start(foreground_child=True)
    try:
        yield server.url()
    finally:
        server.stop()


def _directory(arguments: argparse.Namespace) -> Path:
    from rls.server.binaries import find

    major = "server" if arguments.url else find(arguments.bin).major
    base: Path = arguments.directory or default_directory().with_name("bench")
    found = base / f"{major}-{arguments.rows}"
    found.mkdir(parents=True, exist_ok=True)
    return found


def _make(url: str, connect: Connect, rows: int) -> None:
    """Make the company where there is none, or but a part of one."""
    try:
        with connect() as connection:
            if company.ready(connection):
                return
    except psycopg.OperationalError:  # no such database
        TALK.print("no company yet")
    with psycopg.connect(url, autocommit=True) as administrator:
        company.clear(administrator, DATABASE)
    with connect() as connection, TALK.status("making the company") as status:
        company.make(connection, rows, lambda what: status.update(f"making the company: {what}"))


def _measured(url: str, arguments: argparse.Namespace, wanted: Wanted) -> State:
    database = urlunsplit(urlsplit(url)._replace(path=f"/{DATABASE}"))

    def connect() -> psycopg.Connection:
        return psycopg.connect(database, autocommit=True, prepare_threshold=None)

    _make(url, connect, arguments.rows)
    with connect() as connection:
        company.apply(connection)
        policies = company.fingerprint(connection) + ("-leakproof" if arguments.leakproof else "")
        state = State(_directory(arguments) / "cells.jsonl", policies)
    columns: Sequence[BarColumn | TextColumn] = (BarColumn(), TextColumn("{task.description}"))
    clocks = (MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, *clocks, console=TALK, transient=True) as progress:
        task = progress.add_task("", total=sum(1 for _ in wanted.cells()))
        runner = Runner(connect, wanted, state)
        runner.run(lambda place: progress.update(task, advance=1, description=f"{place.person}: {place.query}"))
    return state


def _print(cells: table.Cells, wanted: Wanted, title: str) -> None:
    console = Console(width=240)
    console.print(title)
    for workers in wanted.workers:
        for form in wanted.forms:
            found = table.against_hand(cells, form, workers, wanted.clock)
            if found.row_count:
                console.print(found)
    for person in wanted.people:
        if person.name in COMPARED and len(wanted.contenders) > len((HAND, ROWLOCK)):
            console.print(table.against_others(cells, person.name, wanted.clock))
    console.print(table.missed(cells, wanted.clock))
    console.print(table.summary(cells, wanted.clock))
    console.print(table.legend(cells, wanted.clock))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        TALK.print("interrupted; the same command goes on from here")
        raise SystemExit(130) from None
