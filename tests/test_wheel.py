"""What people install is what the tests have run: the wheel's list of files."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the names of the files in a freshly built wheel."""
    directory = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(directory)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = directory.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def below(directory: str, pattern: str) -> set[str]:
    """Return the files of the checkout below *directory*, relative to it."""
    paths = (ROOT / directory).rglob(pattern)
    return {str(path.relative_to(ROOT / directory)) for path in paths if path.is_file() and path.name != ".keep"}


def test_nothing_of_ours_is_outside_the_package(files: set[str]) -> None:
    """A top-level module called ``cli`` would be everybody's."""
    assert {name.partition("/")[0] for name in files if ".dist-info/" not in name} == {"rls"}
    assert "rls/cli.py" in files


@pytest.mark.parametrize(
    "directory, pattern", [("rls", "*.py"), ("rls", "*.yaml"), ("sql", "*"), ("migrations", "*.py")]
)
def test_everything_the_program_reads_is_in_it(files: set[str], directory: str, pattern: str) -> None:
    """SQL, migrations and the shipped definitions too."""
    prefix = "rls" if directory == "rls" else f"rls/{directory}"

    assert {f"{prefix}/{name}" for name in below(directory, pattern)} - files == set()


def test_nothing_else_is_in_it(files: set[str]) -> None:
    """No tests, caches or placeholders."""
    suffixes = {Path(name).suffix for name in files if ".dist-info/" not in name and not name.endswith("/py.typed")}

    assert suffixes <= {".py", ".sql", ".yaml", ".csv", ".mako"}
    assert any(name.endswith("/licenses/LICENSE") for name in files)
