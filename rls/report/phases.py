"""The progress of what takes long, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from rls.plan.changes import Phase
from rls.report import console


@contextmanager
def phases() -> Iterator[Callable[[Phase, int, int, str], None]]:
    """Show phase, steps done and what is worked on, as long as the context lasts; nothing where stderr is no terminal.

    Yields what :func:`rls.plan.apply_in_phases` reports to.
    """
    with _progress() as bar:
        tasks = {phase: bar.add_task(phase.value, start=False, total=None, visible=False, what="") for phase in Phase}

        def report(phase: Phase, done: int, total: int, what: str) -> None:
            bar.start_task(tasks[phase])
            bar.update(tasks[phase], completed=done, total=total, what=what, visible=True)

        yield report


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """Show what is done, how much of it, and of how much, in one line, as :func:`phases` does."""
    with _progress() as bar:
        task = bar.add_task("", total=None, visible=False, what="")

        def report(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total, visible=True)

        yield report


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something is done, and for how long already."""
    with steps() as report:
        report(what, 0, 1)
        yield


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[what]}"))
    stderr = console.stderr()
    return Progress(*columns, TimeElapsedColumn(), console=stderr, transient=True, disable=not stderr.is_terminal)
