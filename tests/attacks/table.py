"""``python -m tests.attacks.table``: try every attack with each defence off, and print who stops what.

``--write`` writes docs/attacks.md, which lists attacks and defences.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from rls.server import EmbeddedServer, binaries
from tests.attacks.attack import Attack
from tests.attacks.catalogue import ELSEWHERE
from tests.attacks.defences import DEFENCES
from tests.attacks.everything import ATTACKS
from tests.attacks.installations import achieved, behind, installation
from tests.attacks.opened import HOLDS, OPEN
from tests.attacks.switching import Defence
from tests.fixtures.database import Cluster
from tests.fixtures.server import FAST, Server, data_directory

PAGE = Path(__file__).parent.parent.parent / "docs" / "attacks.md"

INTRODUCTION = """\
# Attacks

What the test suite tries as an ordinary person with a login of their own ([threat model](threat-model.md)), on every supported
version: {attacks} attacks. Each runs against Rowlock, where it must achieve nothing, and against an installation with the
defences switched off, or as a superuser, where it must succeed: a test that cannot fail proves nothing.

Written by `python -m tests.attacks.table --write`. `python -m tests.attacks.table` switches off one defence at a time and
prints everything each of them lets through; that takes some minutes.

## Defences, and attacks that only this one stops
"""


def page() -> str:
    """Return the text of docs/attacks.md."""
    return "\n".join(
        [
            INTRODUCTION.format(attacks=len(ATTACKS)),
            *_table(("defence", "rule", "stops"), _defences()),
            "\n(Behind another defence: it shows only where that one is off, too.)",
            "\n## What works today, and why\n",
            *_table(("attacks", "versions", "why"), _open()),
            "\n## What looks for something that is not there\n",
            *_table(("why", "attacks"), ((why, _names(names)) for why, names in HOLDS.items())),
            "\n## Rows of the catalogue without an attack\n",
            *_table(("row", "why"), ELSEWHERE.items()),
            "\n## All attacks",
            *_groups(),
            "",
        ]
    )


def _defences() -> Iterator[tuple[str, ...]]:
    for defence in DEFENCES:
        rule = defence.rule + (f" (behind: {', '.join(defence.behind)})" if defence.behind else "")
        if defence.versions.start > 15 or defence.versions.stop < 19:
            rule += f" ({_versions(defence.versions)})"
        yield defence.name, rule, _names(defence.stops)


def _open() -> Iterator[tuple[str, ...]]:
    for each in OPEN:
        yield _names(each.attacks), _versions(each.versions), each.reason


def _groups() -> Iterator[str]:
    for group in dict.fromkeys(attack.group for attack in ATTACKS.values()):
        members = [attack for attack in ATTACKS.values() if attack.group == group]
        yield f"\n### {group[0].upper()}{group[1:]} ({len(members)})\n"
        rows = ((attack.name, _what(attack), ", ".join(attack.rows)) for attack in members)
        yield from _table(("attack", "what is tried", "catalogue"), rows)


def _what(attack: Attack) -> str:
    if attack.versions.start > 15 or attack.versions.stop < 19:
        return f"{attack.what} ({_versions(attack.versions)})"
    return attack.what


def _versions(versions: range) -> str:
    first, last = versions.start, versions.stop - 1
    return f"{first}" if first == last else f"{first} on" if last > 90 else f"{first} to {last}"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: object) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:  # type: ignore[attr-defined]
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"


@contextmanager
def _cluster(directory: Path | None) -> Iterator[Cluster]:
    programs = binaries.find(directory)
    with data_directory() as data:
        server = EmbeddedServer(data, programs.directory, FAST)
        server.start(foreground_child=True)
        try:
            yield Cluster(Server(server.url(), programs.version))
        finally:
            server.stop(immediately=True)


def _measure(cluster: Cluster) -> Iterator[tuple[str, str, str]]:
    attacks = list(ATTACKS.values())
    with installation(cluster) as ground:
        version, through = ground.version, achieved(ground, attacks)
    for defence in (each for each in DEFENCES if version in each.versions):
        before = through | _before(cluster, defence, attacks)
        with installation(cluster, [*behind(defence), defence]) as ground:
            found = achieved(ground, attacks) - before
        yield defence.name, str(len(found)), " ".join(sorted(found))


def _before(cluster: Cluster, defence: Defence, attacks: list[Attack]) -> set[str]:
    if not defence.behind:
        return set()
    with installation(cluster, behind(defence)) as ground:
        return achieved(ground, attacks)


@click.command()
@click.option("--write", is_flag=True, help="Write docs/attacks.md instead.")
@click.option(
    "--bin", "directory", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="PostgreSQL programs, for instance /usr/lib/postgresql/15/bin; the embedded ones if not given.",
)  # fmt: skip
def main(*, write: bool, directory: Path | None) -> None:
    """Switch off one defence at a time, and print every attack that each of them lets through."""
    if write:
        PAGE.write_text(page(), encoding="utf-8")
        return
    with _cluster(directory) as cluster:
        for line in _table(("defence switched off", "attacks let through", "which"), _measure(cluster)):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
