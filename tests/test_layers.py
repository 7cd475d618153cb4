"""The rooms of the package import only downwards."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

ORDER = (
    "errors",
    "acting",
    "names",
    "pools",
    "resources",
    "sending",
    "sessions",
    "definition",
    "installed",
    "state",
    "carrying",
    "referring",
    "followed",
    "shipped",
    "compiler",
    "migrating",
    "migrating_public",
    "migrating_roles",
    "installation",
    "leakproof",
    "hardening",
    "advice",
    "drift",
    "plan",
    "effect",
    "revising",
    "organisation",
    "pgbouncer",
    "doctor",
    "records",
    "server",
    "demo",
    "report",
    "commands",
    "cli",
    "__main__",
)
"""Each may import those before it, and itself."""

MODULES = sorted([ROOT / "cli.py", *(ROOT / "rls").rglob("*.py")])


def room(module: str) -> str:
    """Return the room of a module's dotted name: ``definition`` of ``rls.definition.model``."""
    return module.removeprefix("rls.").partition(".")[0]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Return line and dotted name of everything a module imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "rls":
            yield from ((node.lineno, f"rls.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_downwards(path: Path) -> None:
    """A room that is missing from ORDER must be given a place in it."""
    own = room(".".join(path.relative_to(ROOT).with_suffix("").parts))
    if own == "__init__":
        return

    above = ORDER[ORDER.index(own) + 1 :]
    ours = [(line, name) for line, name in imports(path) if name == "cli" or name.startswith("rls.")]

    assert [f"line {line}: {name}" for line, name in ours if room(name) in above] == []


@pytest.mark.parametrize(
    "library, rooms", [("click", {"commands", "cli.py"}), ("alembic", {"installation.py", "migrating.py", "revising"})]
)
def test_a_library_stays_in_its_room(library: str, rooms: set[str]) -> None:
    """What is written for the terminal, or for migrations, is not spread over the package."""
    users = {path for path in MODULES for _, name in imports(path) if name.partition(".")[0] == library}

    assert {str(path.relative_to(ROOT)) for path in users if not rooms & set(path.parts)} == set()


def test_a_module_stays_small() -> None:
    """Three hundred lines are the most a reader holds."""
    assert [str(path) for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > 300] == []
