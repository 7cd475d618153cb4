"""Data to stdout, talk to stderr; colour only where it is wanted."""

from __future__ import annotations

import json

import pytest
from rich.table import Table

from rls.report import console


def test_data_and_talk_part(capsys: pytest.CaptureFixture[str]) -> None:
    """A program that reads stdout sees no remarks."""
    console.data("select 1")
    console.say("done")
    console.warn("old")
    console.error("first\nsecond")

    output = capsys.readouterr()
    assert output.out == "select 1\n"
    assert output.err == "done\nWarning: old\nError: first\nError: second\n"


def test_text_stays_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets are no markup, :words: no pictures, long lines are not folded, numbers not coloured."""
    text = "[red] array[1] :smile: " + "x" * 500

    console.data(text)

    assert capsys.readouterr().out == text + "\n"


def test_tables_keep_their_width_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is cut for a terminal that is not there."""
    table = Table("name")
    table.add_row("y" * 300)

    console.data(table)

    assert "y" * 300 in capsys.readouterr().out


def test_json_is_readable(capsys: pytest.CaptureFixture[str]) -> None:
    """Letters stay letters, and what JSON does not know is written out."""
    console.json({"name": "Zoë", "where": pytest})

    written = capsys.readouterr().out
    assert "Zoë" in written
    assert json.loads(written)["where"].startswith("<module 'pytest'")


def test_colour_can_be_forced_and_forbidden(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """NO_COLOR wins."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    console.error("x")
    assert "\x1b[" in capsys.readouterr().err

    monkeypatch.setenv("NO_COLOR", "1")
    console.warn("x")
    assert "\x1b[3" not in capsys.readouterr().err
