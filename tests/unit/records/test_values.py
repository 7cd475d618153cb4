"""Texts of files as values of columns."""

from __future__ import annotations

import pytest

from rls.records.table import Column
from rls.records.values import DateOrder, ValueRefusedError, convert


def column(type_text: str) -> Column:
    """Return a column of a type, as format_type writes it."""
    names = {"character varying": "varchar", "integer": "int4", "boolean": "bool", "timestamp": "timestamptz"}
    name = type_text.partition("(")[0]
    return Column("c", names.get(name, name), type_text)


@pytest.mark.parametrize(
    "text, type_text, dates, value",
    [
        ("42", "integer", "YMD", "42"),
        ("-7", "int2", "YMD", "-7"),
        ("12.50", "numeric(14,2)", "YMD", "12.50"),
        ("5e3", "numeric(14,2)", "YMD", "5E+3"),
        ("1.25", "float8", "YMD", "1.25"),
        ("Yes", "boolean", "YMD", "true"),
        ("0", "boolean", "YMD", "false"),
        ("2016-10-20", "date", "YMD", "2016-10-20"),
        ("10/20/2016", "date", "MDY", "2016-10-20"),
        ("20.10.2016", "date", "DMY", "2016-10-20"),
        ("10/20/2016 18:05", "timestamp", "MDY", "2016-10-20T18:05:00"),
        ("2016-10-20T18:05:09", "timestamp", "YMD", "2016-10-20T18:05:09"),
        ("abc", "character varying(3)", "YMD", "abc"),
        ("{1}", "jsonb", "YMD", None),
        ('{"a": 1}', "jsonb", "YMD", '{"a": 1}'),
        ("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "uuid", "YMD", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("anything", "text", "YMD", "anything"),
        ("(1,2)", "point", "YMD", "(1,2)"),
    ],
)
def test_a_text_becomes_a_value(text: str, type_text: str, dates: DateOrder, value: str | None) -> None:
    """As the server reads it; what we do not know is left to the server."""
    if value is None:
        with pytest.raises(ValueRefusedError):
            convert(text, column(type_text), dates)
    else:
        assert convert(text, column(type_text), dates) == value


@pytest.mark.parametrize(
    "text, type_text, dates, message",
    [
        ("4.2", "integer", "YMD", "not a whole number"),
        ("99999", "int2", "YMD", "too large"),
        ("1,054", "numeric(14,2)", "YMD", "not a number: write 1234.50"),
        ("1.005", "numeric(14,2)", "YMD", "more than 2 decimal places"),
        ("123456", "numeric(5,2)", "YMD", "too large: 3 digits"),
        ("maybe", "boolean", "YMD", "neither yes nor no"),
        ("10/20/2016", "date", "YMD", "is it --dates MDY or DMY?"),
        ("20/10/2016", "date", "MDY", "month must be in 1..12"),
        ("10/20/16", "date", "MDY", "a year has four digits"),
        ("2016-02-30", "date", "YMD", "day"),
        ("soon", "date", "YMD", "write 2026-12-31"),
        ("2016-10-20 25:00", "timestamp", "YMD", "not a time"),
        ("abcd", "character varying(3)", "YMD", "has 4 characters; 3 fit"),
        ("x", "uuid", "YMD", "not a UUID"),
    ],
)
def test_a_wrong_text_is_explained(text: str, type_text: str, dates: DateOrder, message: str) -> None:
    """With what to write instead."""
    with pytest.raises(ValueRefusedError, match=message.replace("?", r"\?")):
        convert(text, column(type_text), dates)
