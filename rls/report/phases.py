"""The progress of an apply, on a terminal."""

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
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[what]}"))
    stderr = console.stderr()
    with Progress(*columns, TimeElapsedColumn(), console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
        tasks = {phase: bar.add_task(phase.value, start=False, total=None, visible=False, what="") for phase in Phase}

        def report(phase: Phase, done: int, total: int, what: str) -> None:
            bar.start_task(tasks[phase])
            bar.update(tasks[phase], completed=done, total=total, what=what, visible=True)

        yield report
