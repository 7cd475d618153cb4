"""The oracle is worth something only while it shares nothing with what it judges."""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODULES = sorted(path for path in HERE.glob("*.py"))


def imported(path: Path) -> set[str]:
    """Return the names of every module a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_oracle_imports_nothing_of_the_package(path: Path) -> None:
    """Only the standard library, PyYAML's successor for the tests, and the oracle itself."""
    ours = {"tests.oracle.company", "tests.oracle.fields", "tests.oracle.oracle", "tests.oracle.roles"}
    foreign = {"__future__", "ast", "collections.abc", "dataclasses", "datetime", "functools", "itertools", "pathlib"}
    tools = {"typing", "pytest", "ruamel.yaml"}

    assert imported(path) - ours - foreign - tools == set()


def test_nothing_is_imported_by_name() -> None:
    """No import hides in a call of importlib or __import__."""
    for path in MODULES:
        calls = {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }

        assert "__import__" not in calls
        assert "import_module" not in calls
