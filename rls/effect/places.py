"""Sets of cells in words: ``in won``, ``in pipeline partners``, ``not in won, lost``."""

from __future__ import annotations

from collections.abc import Collection

from rls.definition.levels import OTHER, Cell


def place(chosen: Collection[Cell], every: Collection[Cell]) -> str:
    """Return where *chosen* lie among *every* cell of an entity; nothing where they are all."""
    if len(chosen) == len(every):
        return ""
    rest = [cell for cell in every if cell not in chosen]
    inside, outside = _listed(chosen, every), _listed(rest, every)
    return f"not in {outside}" if _others(chosen) and len(rest) < len(chosen) else f"in {inside}"


def _others(cells: Collection[Cell]) -> bool:
    return any(cell.stage == OTHER for cell in cells)


def _listed(chosen: Collection[Cell], every: Collection[Cell]) -> str:
    """Group pipelines that have the same stages, and name either only where it matters."""
    stages = tuple(dict.fromkeys(cell.stage for cell in every))
    groups: dict[tuple[str, ...], list[str]] = {}
    for pipeline in dict.fromkeys(cell.pipeline for cell in chosen):
        of_pipeline = tuple(cell.stage for cell in chosen if cell.pipeline == pipeline)
        groups.setdefault(of_pipeline, []).append(pipeline)
    pipelines = len({cell.pipeline for cell in every})
    return "; ".join(
        _group([] if len(names) == pipelines else names, () if len(found) == len(stages) else found)
        for found, names in groups.items()
    )


def _group(pipelines: list[str], stages: tuple[str, ...]) -> str:
    where = ", ".join(_named(pipeline, "pipelines") for pipeline in pipelines)
    when = ", ".join(_named(stage, "stages") for stage in stages)
    if where and when:
        return f"{where}: {when}"
    return when or ("" if not where else f"pipeline {where}")


def _named(name: str, kind: str) -> str:
    return f"other {kind}" if name == OTHER else name
