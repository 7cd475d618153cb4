"""Whatever is done to a definitions file, it is a definition or a list of problems with file and line.

ROWLOCK_MUTATIONS=20000 tries that many of each instead of a few hundred.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from random import Random

import pytest

from rls.definition import Definition
from rls.definition.loading import load, standard
from rls.errors import DefinitionError
from tests.unit.definition.mutations import mutated

GOOD = Path(__file__).parent / "good" / "own_tables.yaml"
TIMES = int(os.environ.get("ROWLOCK_MUTATIONS", "0"))


def outcome(path: Path) -> str:
    """Return what loading *path* comes to; anything but these two is an error of ours."""
    try:
        definition = load([path])
    except DefinitionError as error:
        problems = error.problems
    else:
        assert isinstance(definition, Definition)
        return "definition"
    assert problems
    for problem in problems:
        assert len(str(problem).splitlines()) == 1
        assert re.fullmatch(rf"{re.escape(str(path))}(/\w+\.yaml)?:[1-9][0-9]*", problem.place)
        assert problem.message
    return "problems"


@pytest.mark.parametrize("part", range(4))
def test_broken_definitions_of_own_tables(part: int, tmp_path: Path) -> None:
    """Every key and every quirk of YAML is in this file."""
    text, file = GOOD.read_text(), tmp_path / "definition.yaml"
    outcomes = set()
    for seed in range(part, TIMES or 600, 4):
        file.write_bytes(mutated(text, Random(seed)))
        outcomes.add(outcome(file))

    assert {"problems", "definition"} == outcomes


@pytest.mark.parametrize("name", sorted(path.name for path in standard().iterdir()))
def test_broken_files_of_the_standard_definition(name: str, tmp_path: Path) -> None:
    """One of several files is broken; the others speak of what was in it."""
    directory = tmp_path / "standard"
    shutil.copytree(standard(), directory)
    text = (standard() / name).read_text()
    outcomes = set()
    for seed in range(TIMES or 50):
        (directory / name).write_bytes(mutated(text, Random(seed)))
        outcomes.add(outcome(directory))

    assert "problems" in outcomes


@pytest.mark.parametrize("seed", range(200))
def test_bytes_that_were_never_a_definition(seed: int, tmp_path: Path) -> None:
    """YAML's own signs, in any order."""
    random, file = Random(seed), tmp_path / "definition.yaml"
    signs = "ab:{}[],&*!|>-?%@`\"'#\\ \n\t~<=.0é\ufeff\x85\u2028"

    for _ in range(10):
        file.write_text("".join(random.choice(signs) for _ in range(random.randint(0, 40))), newline="")
        assert outcome(file) == "problems"
