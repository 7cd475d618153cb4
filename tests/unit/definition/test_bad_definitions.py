"""Every way a definition can be wrong gives one line: where, what, what is allowed, the nearest right word.

``bad/<case>.yaml`` (or a directory) stands beside ``bad/<case>.txt``, what
Rowlock says about it.  ROWLOCK_REGENERATE=1 writes the texts anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from rls.definition.loading import load
from rls.errors import DefinitionError

BAD = Path(__file__).parent / "bad"
CASES = sorted(path for path in BAD.iterdir() if path.suffix == ".yaml" or path.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_bad_definition_says_what_is_wrong(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message beside it, to the letter."""
    monkeypatch.chdir(BAD)

    with pytest.raises(DefinitionError) as caught:
        load([Path(case.name)])

    said = f"{caught.value}\n"
    expected = case.with_suffix(".txt")
    if os.environ.get("ROWLOCK_REGENERATE"):
        expected.write_text(said)
    assert said == expected.read_text()


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_every_problem_has_a_file_and_a_line_and_is_one_line(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Editors jump to them."""
    monkeypatch.chdir(BAD)

    with pytest.raises(DefinitionError) as caught:
        load([Path(case.name)])

    assert caught.value.exit_code == 1
    for problem in caught.value.problems:
        assert len(str(problem).splitlines()) == 1
        assert re.fullmatch(rf"{re.escape(case.name)}(/\w+\.yaml)?:[1-9][0-9]*", problem.place)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_problems_stand_in_the_order_of_the_lines(case: Path) -> None:
    """File by file, line by line as numbers."""
    with pytest.raises(DefinitionError) as caught:
        load([case])

    places = [problem.place.rsplit(":", 1) for problem in caught.value.problems]
    in_order = [(file, int(line)) for file, line in places]
    assert in_order == sorted(in_order)


def test_a_file_that_is_not_there() -> None:
    """The system's own reason."""
    with pytest.raises(DefinitionError, match=r"^nowhere\.yaml: cannot be read: No such file or directory$") as caught:
        load([Path("nowhere.yaml")])

    assert caught.value.exit_code == 2


def test_a_directory_without_yaml(tmp_path: Path) -> None:
    """Other files are none of ours."""
    (tmp_path / "roles.txt").write_text("roles: {}")

    with pytest.raises(DefinitionError, match=r": no \*\.yaml file in this directory$"):
        load([tmp_path])


def test_a_link_to_nothing_is_not_passed_over(tmp_path: Path) -> None:
    """A missing file of a directory would silently take its roles away; an editor's hidden lock file would not."""
    (tmp_path / "a.yaml").write_text("entities: {deal: {table: crm.deal}}\n")
    (tmp_path / ".#a.yaml").symlink_to("somebody@somewhere.1")
    assert load([tmp_path]).entities

    (tmp_path / "b.yaml").symlink_to("gone.yaml")
    with pytest.raises(DefinitionError, match=r"b\.yaml: cannot be read: No such file or directory$"):
        load([tmp_path])


def test_no_path_at_all() -> None:
    """No files would mean: nobody may do anything."""
    with pytest.raises(DefinitionError, match="no definitions file: name a file"):
        load([])


def test_the_prefix_of_database_roles_counts(tmp_path: Path) -> None:
    """It is part of every database role's name."""
    file = tmp_path / "roles.yaml"
    file.write_text(f"entities: {{deal: {{table: crm.deal}}}}\nroles: {{{'r' * 40}: {{}}}}\n")

    assert load([file]).roles[0].name == "r" * 40
    with pytest.raises(DefinitionError, match=r"role name has 40 bytes, 38 fit into a{25}<role>"):
        load([file], prefix="a" * 25)
