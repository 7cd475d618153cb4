"""Texts of a file → texts PostgreSQL takes for a column's type; refusals say what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Literal
from uuid import UUID

from rls.definition.wording import shown
from rls.organisation.entries import NO, YES
from rls.records.table import Column

DateOrder = Literal["YMD", "MDY", "DMY"]

DATE_ORDERS: tuple[DateOrder, ...] = ("YMD", "MDY", "DMY")

INTEGERS = {"int2": 15, "int4": 31, "int8": 63}
"""Type → bits without the sign."""

YEAR_DIGITS = 4


class ValueRefusedError(Exception):
    """A text that is no value of the column's type."""


def convert(text: str, column: Column, dates: DateOrder) -> str:
    """Return *text* as PostgreSQL reads it for *column*.

    :raises ValueRefusedError: it is no such value.
    """
    converter = CONVERTERS.get(column.type)
    return converter(text, column, dates) if converter else text


def _integer(text: str, column: Column, _: DateOrder) -> str:
    bits = INTEGERS[column.type]
    try:
        number = int(text)
    except ValueError:
        raise ValueRefusedError(f"{shown(text)} is not a whole number") from None
    if not -(2**bits) <= number < 2**bits:
        raise ValueRefusedError(f"{text} is too large")
    return str(number)


def _numeric(text: str, column: Column, _: DateOrder) -> str:
    number = _number(text)
    limits = re.fullmatch(r"numeric\((\d+),(\d+)\)", column.type_text)
    if limits and number.is_finite():
        digits, places = int(limits[1]), int(limits[2])
        if abs(number) >= Decimal(10) ** (digits - places):
            raise ValueRefusedError(f"{text} is too large: {digits - places} digits before the point fit")
        if number != number.quantize(Decimal(1).scaleb(-places)):
            raise ValueRefusedError(f"{text} has more than {places} decimal places: round it")
    return str(number)


def _float(text: str, _: Column, __: DateOrder) -> str:
    return str(_number(text))


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueRefusedError(f"{shown(text)} is not a number: write 1234.50") from None


def _short(text: str, column: Column, _: DateOrder) -> str:
    limit = re.search(r"\((\d+)\)", column.type_text)
    if limit and len(text) > int(limit[1]):
        raise ValueRefusedError(f"{shown(text)} has {len(text)} characters; {limit[1]} fit")
    return text


def _boolean(text: str, _: Column, __: DateOrder) -> str:
    if text.lower() not in YES | NO:
        raise ValueRefusedError(f"{shown(text)} is neither yes nor no")
    return "true" if text.lower() in YES else "false"


def _json(text: str, _: Column, __: DateOrder) -> str:
    try:
        json.loads(text)
    except ValueError as error:
        raise ValueRefusedError(f"not JSON: {error}") from None
    return text


def _uuid(text: str, _: Column, __: DateOrder) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueRefusedError(f"{shown(text)} is not a UUID") from None


def _date(text: str, _: Column, order: DateOrder) -> str:
    return _day(text, order).isoformat()


def _day(text: str, order: DateOrder) -> date:
    parts = re.fullmatch(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})", text)
    if parts is None:
        raise ValueRefusedError(f"{shown(text)} is not a date: write 2026-12-31")
    numbers = dict(zip(order, (int(part) for part in parts.groups()), strict=True))
    if len(parts[order.index("Y") + 1]) != YEAR_DIGITS:
        other = "its year is not where --dates " + order + " has it: " if order == "YMD" else "a year has four digits: "
        raise ValueRefusedError(f"{shown(text)} is not a date: {other}is it --dates MDY or DMY?")
    try:
        return date(numbers["Y"], numbers["M"], numbers["D"])
    except ValueError as error:
        raise ValueRefusedError(f"{shown(text)} is not a date under --dates {order}: {error}") from None


def _timestamp(text: str, _: Column, order: DateOrder) -> str:
    day, mark, clock = text.replace("T", " ").partition(" ")
    try:
        moment = time.fromisoformat(clock.strip()) if mark else time()
    except ValueError:
        raise ValueRefusedError(f"{shown(text)} is not a time: write 2026-12-31 18:00") from None
    return datetime.combine(_day(day, order), moment).isoformat()


CONVERTERS: dict[str, Callable[[str, Column, DateOrder], str]] = {
    **dict.fromkeys(INTEGERS, _integer),
    "numeric": _numeric,
    "float4": _float,
    "float8": _float,
    "bool": _boolean,
    "date": _date,
    "timestamp": _timestamp,
    "timestamptz": _timestamp,
    "varchar": _short,
    "bpchar": _short,
    "uuid": _uuid,
    "json": _json,
    "jsonb": _json,
}
"""Type → how its texts are read; what is not here is left to the server."""
