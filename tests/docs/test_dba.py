"""The example of docs/dba.md, run from its first block to its last."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Block, Page
from tests.fixtures.database import Database

PAGE = Page(ROOT / "docs" / "dba.md")

SECTIONS = ("## Rights on tables you have", "## Upgrade and uninstall")


def test_the_example_does_what_it_says(
    empty_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQL is run, files are written, commands are run and print what the page says."""
    monkeypatch.chdir(tmp_path)
    output: list[str] = []
    for heading in SECTIONS:
        blocks = PAGE.section(heading)
        for number, block in enumerate(blocks):
            if block.language == "sql":
                empty_database.connect().execute(block.text.encode())
            elif block.file:
                (tmp_path / block.file).write_text(block.text, encoding="utf-8")
            elif block.language == "sh":
                shown = blocks[number + 1] if number + 1 < len(blocks) else None
                output = _run(empty_database, block, "Error:" in shown.text if shown else False)
            elif block.language == "text":
                expected = [_counted(line) for line in block.text.splitlines()]
                assert [line for line in expected if line not in output] == [], f"line {block.line}"


def _run(database: Database, block: Block, refused: bool) -> list[str]:
    """Run the commands of a block and return what they print."""
    lines = []
    for command in block.text.splitlines():
        done = database.invoke(shlex.split(command, comments=True)[1:])
        assert done.exit_code == 0 or refused, f"{command}: {done.stderr}"
        lines += [_counted(line) for line in (done.stdout + done.stderr).splitlines()]
    return lines


def _counted(line: str) -> str:
    """Return *line* without the numbers of a plan, which grow with Rowlock."""
    return re.sub(r"[0-9]+", "N", line.rstrip()) if line.startswith(("+", "Plan:")) else line.rstrip()
