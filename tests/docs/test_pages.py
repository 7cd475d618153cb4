"""Links lead somewhere, commands exist, and nothing belongs to one machine only."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import dropwhile, groupby, takewhile
from pathlib import Path

import click
import pytest

from rls.definition.loading import load
from tests.docs.commands import commands
from tests.docs.pages import ROOT, Page, name, pages

PAGES = pages()

COMMANDS = {path: command for path, command, _ in commands()}

OF_A_MACHINE = re.compile(r"(?<![\w.~])/(?:work|home|root|Users|private|workspace)/|C:\\\\")

OF_A_REGISTRY = re.compile(r"\b(?:pypi\.org|files\.pythonhosted\.org|registry\.npmjs\.org|index-url)\b")

PARTS = ("Status", "## Context", "## Decision", "## Consequences")
"""Of a decision."""

every_page = pytest.mark.parametrize("page", PAGES, ids=name)


@every_page
def test_every_link_leads_to_a_page_and_a_heading(page: Page) -> None:
    """Links between pages are relative."""
    assert [target for target in page.links() if not _resolves(page, target)] == []


def _resolves(page: Page, target: str) -> bool:
    path, _, anchor = target.partition("#")
    found = (page.path.parent / path).resolve() if path else page.path
    if not found.exists() or not found.is_relative_to(ROOT):
        return False
    return not anchor or anchor in Page(found).anchors()


@every_page
def test_nothing_belongs_to_one_machine(page: Page) -> None:
    """No path of somebody's machine, no host of a registry."""
    assert OF_A_MACHINE.findall(page.text) == []
    assert OF_A_REGISTRY.findall(page.text) == []


@every_page
def test_every_command_shown_exists(page: Page) -> None:
    """Command, subcommand and options, in blocks of sh."""
    wrong = []
    for line, words in _shown(page):
        path, command = _found(words)
        if isinstance(command, click.Group) and path:
            wrong.append(f"line {line}: {' '.join(words)}")
        wrong += [f"line {line}: {option} of {' '.join(path)}" for option in _unknown_options(command, words)]
    assert wrong == []


def _shown(page: Page) -> Iterator[tuple[int, list[str]]]:
    """Yield line and words of every call of rowlock."""
    for block in page.blocks():
        if block.language in ("sh", "bash", "shell"):
            for number, line in enumerate(block.text.replace("\\\n", " ").splitlines()):
                for part in (line, *re.findall(r"\$\((.*?)\)", line)):
                    yield from ((block.line + number + 1, words) for words in _calls(part))


def _calls(line: str) -> Iterator[list[str]]:
    """Yield the words behind each ``rowlock`` that is a command."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|;&()<>")
    lexer.whitespace_split = True
    for is_operator, group in groupby(lexer, lambda word: set(word) <= set("|;&()")):
        words = list(dropwhile(lambda word: "=" in word, group))
        if not is_operator and words[:1] == ["rowlock"]:
            yield list(takewhile(lambda word: not set(word) <= set("<>"), words[1:]))


def _found(words: list[str]) -> tuple[tuple[str, ...], click.Command]:
    path: tuple[str, ...] = ()
    for word in words:
        if (*path, word) not in COMMANDS:
            break
        path = (*path, word)
    if words and not path and not words[0].startswith("-"):
        pytest.fail(f"rowlock has no command {words[0]}")
    return path, COMMANDS[path]


def _unknown_options(command: click.Command, words: list[str]) -> list[str]:
    known = {option for one in command.params for option in one.opts} | {"--help", "-h", "--version"}
    return [word for word in words if word.startswith("-") and word != "-" and word.partition("=")[0] not in known]


def test_the_readmes_definition_loads(tmp_path: Path) -> None:
    """What the README shows is a definition."""
    blocks = [block for block in Page(ROOT / "README.md").blocks() if block.language == "yaml"]
    for block in blocks:
        file = tmp_path / f"line_{block.line}.yaml"
        file.write_text(block.text, encoding="utf-8")
        assert load([file]).entities
    assert blocks


def test_decisions_are_numbered_and_short() -> None:
    """0001, 0002, … without a gap, each on one screen."""
    records = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))

    assert [path.name[:4] for path in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    for path in records:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 40, path.name
        assert [part for part in PARTS if not any(line.startswith(part) for line in lines)] == [], path.name
