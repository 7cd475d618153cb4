"""./dev on machines that lack something: one line that says what."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a directory with ``dev`` and without ``.venv``."""
    shutil.copy(ROOT / "dev", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def dev(checkout: Path, *arguments: str, python: str) -> subprocess.CompletedProcess[str]:
    """Run ``./dev`` with a Python of ours."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": python}
    return subprocess.run(
        [checkout / "dev", *arguments], env=environment, capture_output=True, text=True, check=False, cwd="/"
    )


def stand_in(path: Path, condition: str) -> str:
    """Write a Python that fails when its arguments match *condition*."""
    path.write_text(f'#!/bin/sh\ncase "$*" in {condition}) exit 1 ;; esac\nexec {sys.executable} "$@"\n')
    path.chmod(0o755)
    return str(path)


def test_an_old_python_is_not_enough(checkout: Path) -> None:
    """The line says which is, and how to name it."""
    result = dev(checkout, "test", python=stand_in(checkout / "python", "*version_info*"))

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "dev: needs Python 3.11 or newer; install it, or name it: PYTHON=/path/to/python3 ./dev …\n"
    )
    assert not (checkout / ".venv").exists()


def test_a_python_without_venv_is_named(checkout: Path) -> None:
    """Debian keeps it in a package of its own."""
    python = stand_in(checkout / "python", "*ensurepip*")

    result = dev(checkout, "demo", python=python)

    assert result.returncode == 2
    assert result.stderr == (
        f"dev: {python} cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv\n"
    )


def test_its_commands_are_listed(checkout: Path) -> None:
    """Without a command it says which there are; a wrong one is an error."""
    listed, wrong = dev(checkout, python="no"), dev(checkout, "tset", python="no")

    assert listed.returncode == 0
    assert "./dev test [ARGUMENTS]" in listed.stdout
    assert (wrong.returncode, wrong.stdout, wrong.stderr) == (2, "", listed.stdout)


@pytest.mark.parametrize("script, shell", [("dev", "sh"), (".ci/run", "bash")])
def test_scripts_can_be_read_by_their_shell(script: str, shell: str) -> None:
    """Also the parts no test runs."""
    subprocess.run([shell, "-n", ROOT / script], check=True)
