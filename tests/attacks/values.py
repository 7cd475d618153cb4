"""Guessing values of hidden rows whose keys one knows: every column, by every way PostgreSQL has to compare it early.

Two hidden rows differ in one column.  The same query, asked for the one and
for the other, tells what the column holds where EXPLAIN ANALYZE says different
things of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from rls.plan import deploy
from tests.database.company import assign, definition, person
from tests.fixtures.database import Database

ENTITIES = """
entities:
  deal:
    table: crm.deal
    owner: owner_id
    open: is_open
    stage: stage
    pipeline: pipeline
    pipelines: {sales: [prospecting, engaging, won, lost]}
  lead: {table: crm.lead, owner: owner_id, open: is_open, stage: stage, stages: [new, in_process, converted, junk]}
  contact: {table: crm.contact, owner: owner_id, open: is_open}
  company: {table: crm.company, owner: owner_id, open: is_open}
"""

ROLES = """
roles:
  agent: {permissions: {"*": own}}
  colleague: {permissions: {"*": department}}
  head: {permissions: {"*": subdepartments}}
  helper: {permissions: {"*": open}}
  seller:
    permissions:
      "*": own
      deal: {read: own, stages: {won: {read: none}}}
      lead: {read: own, stages: {converted: {read: none}}}
  advisor:
    permissions:
      "*": own
      deal: {read: own, stages: {prospecting: {read: all}, engaging: {read: department}, won: {read: none}}}
      lead: {read: own, stages: {new: {read: all}, in_process: {read: department}, converted: {read: none}}}
  substitute: {timed: true, permissions: {"*": department}}
  auditor:
    permissions:
      "*": own
      deal: {read: all, stages: {won: {read: none}}}
      lead: {read: all, stages: {converted: {read: none}}}
"""

HELD = {
    "own": ("agent",),
    "department": ("colleague",),
    "subdepartments": ("head",),
    "open": ("helper",),
    "seller": ("seller",),
    "advisor": ("advisor",),
    "auditor": ("auditor",),
    "nested": ("agent", "colleague"),
    "crossed": ("agent", "substitute"),
}
"""Login → roles; all in East, where nobody else is.  Of two roles one reads all that the other does, at any time, or not."""

OTHERS = ("zoe", "yan", "xeno")
"""Who owns what is hidden."""

TABLES = ("deal", "lead", "contact", "company")

VALUES: dict[str, tuple[Any, Any, Any]] = {
    "text": ("first", "second", "third"),
    "name": OTHERS,
    "bool": (True, False, True),
    "int4": (17, 18, 19),
    "date": ("2031-07-19", "2031-07-20", "2026-01-01"),
    "timestamptz": ("2031-07-19", "2031-07-20", "2026-01-01"),
}
"""Type → what is guessed, what is not, and what thousands of others hold."""

SPECIAL: dict[str, tuple[Any, Any, Any]] = {
    "deal.stage": ("won", "lost", "prospecting"),
    "lead.stage": ("converted", "junk", "new"),
    "deal.pipeline": ("sales", "sales", "sales"),
    "currency": ("CHF", "USD", "EUR"),
}

REFERRED = {
    "company_id": "company",
    "parent_company_id": "company",
    "contact_id": "contact",
    "lead_id": "lead",
    "product_id": "product",
}

COLUMNS = """
select
  attname::text,
  typname::text,
  not attnotnull,
  exists (select from pg_index where indrelid = attrelid and attnum = any (indkey::int2[]))
from pg_attribute
join pg_type on pg_type.oid = atttypid
where attrelid = %s::regclass and attnum > 0 and not attisdropped and attname not in ('id', 'is_open', 'pipeline')
  and typname <> 'numeric'
order by attnum
"""

WAYS: dict[str, tuple[LiteralString, LiteralString]] = {
    "by key": ("set local enable_seqscan = off", "select 1 from T where id = K and P"),
    "by scan": (
        "set local enable_indexscan = off; set local enable_bitmapscan = off",
        "select 1 from T where id = K and P",
    ),
    "by two indexes": (
        """
        set local enable_seqscan = off; set local enable_indexscan = off;
        set local random_page_cost = 0; set local seq_page_cost = 1e9
        """,
        "select 1 from T where id in (K, -1, -2, -3, -4, -5, -6, -7, -8, -9) and P",
    ),
    "by sub-select": ("", "select 1 from T where id = K and case when P then (select true) end"),
    "by join": ("", "select 1 from (values (K::bigint)) as known (id) join T using (id) where P"),
}
"""Settings, and a query that says row K, and P of one of its columns."""

Told = tuple[str, str]
"""What can be told, and by which way."""


@dataclass(frozen=True)
class Column:
    """A column: what kind of value it holds, and how much of PostgreSQL's help one has to guess it."""

    name: str
    type: str
    may_be_null: bool
    is_indexed: bool

    @property
    def kind(self) -> str:
        """Return which of a hidden row's values this is."""
        what = {"int4": "number", "int8": "number", "name": "name", "bool": "boolean"}.get(self.type, "text or time")
        return f"indexed {what}" if self.is_indexed else what


class Guesses:
    """A company with hidden rows to guess at."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.admin = database.connect()
        self._people: dict[str, int] = {}
        self._two: dict[str, list[int]] = {}
        self._hire()
        self.columns = {table: self._columns(table) for table in TABLES}
        self.pairs: dict[tuple[str, str, str], tuple[int, int]] = {}
        for table in TABLES:
            self._fill(table)
        self.admin.execute("analyze")

    def told(self, who: str, tables: Sequence[str], *, ones_own: bool = False) -> set[Told]:
        """Return what *who* can tell of hidden rows, and how.

        :param ones_own: of rows that are their own, hidden by their stage.
        """
        session = self.database.connect(who)
        found = set()
        for table in tables:
            for column in self.columns[table]:
                for what, condition, pair in self._guesses(table, column, who if ones_own else ""):
                    for way in WAYS:
                        first, second = (self._plan(session, way, table, key, condition) for key in pair)
                        if first != second:
                            found.add((what, way))
        session.close()
        return found

    def _guesses(self, table: str, column: Column, owner: str) -> Iterator[tuple[str, str, tuple[int, int]]]:
        """Yield what is guessed, the condition, and two rows of which it is true for the first."""
        if owner and column.name in ("owner_id", "stage"):
            return
        value = sql.Literal(self._value(table, column, 0)).as_string(None)
        condition = column.name if column.type == "bool" else f"{column.name} = {value}"
        what = "stage" if column.name == "stage" else column.kind
        yield what, condition, self.pairs[table, column.name, owner]
        if column.may_be_null and (table, "null", owner) in self.pairs:
            yield (
                f"{'indexed ' if column.is_indexed else ''}null",
                f"{column.name} is null",
                self.pairs[table, "null", owner],
            )

    def _plan(self, session: psycopg.Connection, way: str, table: str, key: int, condition: str) -> str:
        settings, query = WAYS[way]
        text = query.replace("T", f"crm.{table}").replace("K", str(key)).replace(" P", f" {condition}")
        with session.transaction(force_rollback=True):
            session.execute(f"set local jit = off; set local max_parallel_workers_per_gather = 0; {settings}".encode())
            rows = session.execute(
                f"explain (analyze, costs off, timing off, summary off, buffers off) {text}".encode()
            )
            plan = "\n".join(row[0] for row in rows)
        return re.sub(rf"\b{key}\b", "K", plan)

    def _hire(self) -> None:
        for name, parent in (("Company", None), ("East", "Company"), ("West", "Company")):
            self.admin.execute(
                "insert into crm.department (name, parent_id) values (%s, (select id from crm.department where name = %s))",
                [name, parent],
            )
        for login in (*HELD, *OTHERS):
            self._people[login] = person(self.admin, login, ("East" if login in HELD else "West",))
        deploy(self.admin, definition(ENTITIES, ROLES))
        for login, roles in HELD.items():
            for role in roles:
                assign(self.admin, role, login)
        for number, table in enumerate((*TABLES, "product"), 2):
            # No key is also another's, nor anything else an explanation says.
            self.admin.execute(f"alter table crm.{table} alter id restart with {number}00000".encode())
        for table, title in (("company", "name"), ("contact", "name"), ("lead", "title"), ("product", "name")):
            text = f"insert into crm.{table} ({title}) select 'x' from generate_series(1, 3) returning id"
            self._two[table] = [row[0] for row in self.admin.execute(text.encode())]

    def _columns(self, table: str) -> list[Column]:
        return [Column(*row) for row in self.admin.execute(COLUMNS, [f"crm.{table}"])]

    def _value(self, table: str, column: Column, which: int) -> Any:
        if column.name == "owner_id":
            return self._people[OTHERS[which]]
        if column.name in REFERRED:
            return self._two[REFERRED[column.name]][which]
        known = SPECIAL.get(f"{table}.{column.name}") or SPECIAL.get(column.name) or VALUES[column.type]
        return known[which]

    def _fill(self, table: str) -> None:
        """Make pairs of hidden rows that differ in one column, or in all that may be null; and many others."""
        columns = self.columns[table]
        for owner in ("", *(login for login in HELD if "stage" in {each.name for each in columns})):
            hidden = {each.name: self._value(table, each, 1) for each in columns}
            if owner:
                stage = next(each for each in columns if each.name == "stage")
                hidden |= {"owner_id": self._people[owner], "stage": self._value(table, stage, 0)}
            second = self._insert(table, hidden)
            for column in columns:
                first = hidden | {column.name: self._value(table, column, 0)}
                self.pairs[table, column.name, owner] = (self._insert(table, first), second)
            empty = hidden | {each.name: None for each in columns if each.may_be_null and each.name != "owner_id"}
            self.pairs[table, "null", owner] = (self._insert(table, empty), second)
        rest = {each.name: self._value(table, each, 2) for each in columns}
        for login in (*HELD, *OTHERS):
            rest["owner_id"] = self._people[login]
            self._insert(table, rest, times=250)

    def _insert(self, table: str, row: dict[str, Any], times: int = 1) -> int:
        statement = sql.SQL("insert into crm.{} ({}) select {} from generate_series(1, {}) returning id").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(map(sql.Literal, row.values())),
            times,
        )
        return int(self.admin.execute(statement).fetchall()[0][0])
