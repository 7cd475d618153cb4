"""CSV files: every value knows where it stands, and nothing misshapen is taken for data."""

from __future__ import annotations

from pathlib import Path

import pytest

from rls.errors import InputError
from rls.organisation.rows import Table


def table(directory: Path, content: str | bytes, delimiter: str = ",", encoding: str = "utf-8") -> Table:
    """Return the table of a file with *content*."""
    file = directory / "people.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return Table(file, delimiter, encoding)


def test_a_value_knows_its_line_and_character(tmp_path: Path) -> None:
    """Quoted commas and line ends inside values do not confuse the count."""
    rows = list(table(tmp_path, 'name,note,age\nAda,"a, b\nc",36\n"Bo, jr",,7\n').rows())

    places = [row.place(column).partition(":")[2] for row in rows for column in ("name", "note", "age")]
    assert places == ["2:1", "2:5", "3:4", "4:1", "4:10", "4:11"]


def test_blank_lines_and_a_byte_order_mark_are_no_data(tmp_path: Path) -> None:
    """What spreadsheet programs add is read over."""
    rows = list(table(tmp_path, "\ufeffname,age\n\n , \nAda,36\n\n").rows())

    assert [(row.line, row.value("name")) for row in rows] == [(4, "Ada")]


@pytest.mark.parametrize(
    "content, line, message",
    [
        ("name,age\nAda\n", 2, "1 values under 2 column names"),
        ("name,age\nAda,36,x\n", 2, "3 values under 2 column names"),
        ('name,age\nAda,36\nBo,"7\nCy,8\n', 3, "not readable as CSV"),
        (b"name,age\nJos\xe9,36\n", 2, "not utf-8: save the file as UTF-8 or say --encoding"),
        ("name,age\nA\0da,36\n", 2, "zero byte"),
    ],
)
def test_a_misshapen_row_is_named_and_left_out(tmp_path: Path, content: str | bytes, line: int, message: str) -> None:
    """The rows around it are read all the same."""
    read = table(tmp_path, content)
    rows = list(read.rows())

    (problem,) = read.problems
    assert problem.place.endswith(f"people.csv:{line}")
    assert message in problem.message
    assert line not in [row.line for row in rows]


@pytest.mark.parametrize(
    "content, message",
    [
        ("", "no header"),
        ("\n", "no header"),
        ("name,name\n", "names name twice"),
        ("name;age\n", "is the delimiter ';'"),
        ('"name\n', "not readable as CSV"),
    ],
)
def test_a_file_without_a_usable_header_is_refused(tmp_path: Path, content: str, message: str) -> None:
    """Nothing can be read under column names that are not there."""
    with pytest.raises(InputError, match=message):
        table(tmp_path, content)


def test_other_delimiters_and_encodings(tmp_path: Path) -> None:
    """As spreadsheet programs write them in half of Europe."""
    read = table(tmp_path, "name;age\nJosé;36\n".encode("latin-1"), ";", "latin-1")

    (row,) = read.rows()
    assert row.value("name") == "José"
    assert row.place("age").endswith(":2:6")


@pytest.mark.parametrize("delimiter", ["", "ab", '"', "\n"])
def test_a_delimiter_is_one_character(tmp_path: Path, delimiter: str) -> None:
    """Anything else would fail somewhere inside."""
    with pytest.raises(InputError, match="must be one character"):
        table(tmp_path, "name\n", delimiter)


def test_tabs_can_be_written(tmp_path: Path) -> None:
    """A shell passes a backslash and a t."""
    (row,) = table(tmp_path, "name\tage\nAda\t36\n", "\\t").rows()

    assert row.value("age") == "36"


def test_half_a_character_is_a_problem(tmp_path: Path) -> None:
    """As in a file that was cut."""
    read = table(tmp_path, "name\nAda\n".encode("utf-16")[:-1], encoding="utf-16")
    rows = list(read.rows())

    assert len(rows) <= 1
    assert "say --encoding" in read.problems[0].message


def test_an_unknown_encoding_is_refused(tmp_path: Path) -> None:
    """With one line."""
    with pytest.raises(InputError, match="cannot be read: unknown encoding"):
        table(tmp_path, "name\n", encoding="klingon")
