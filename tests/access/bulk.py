"""Compare which rows reading and creating count, and which an import takes, with what the oracle says, row by row."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import psycopg
from psycopg import sql

from rls.errors import RowlockError
from rls.installed import installed
from rls.records.exporting import Wanted, export
from tests.access import observer
from tests.access.judge import Judge
from tests.access.observer import DONE, REFUSED, UnexpectedError
from tests.access.rows import Columns, Row
from tests.oracle.company import Company, Person
from tests.oracle.fields import counted, exports, groups, imports, metered, writes_field
from tests.oracle.oracle import allowed

VIEWS, IMPORTS = "crm_read", "crm_import"
USED_UP = "53400"

WEIGH = """
create or replace function pg_temp.weigh(
  person text, statement text, counter regclass, out state text, out message text, out counted bigint, out seen text[]
)
language plpgsql
as $$
declare
  administrator constant text := session_user;
  before constant bigint := pg_sequence_last_value(counter);
begin
  begin
    perform set_config('session_authorization', person, true);
    if statement like 'select%' then
      execute statement into seen;
    else
      execute statement;
    end if;
    perform set_config('session_authorization', administrator, true);
    raise exception using errcode = 'RL001';
  exception
    when sqlstate 'RL001' then
      state := 'done';
    when others then
      get stacked diagnostics state = returned_sqlstate, message = message_text;
  end;
  counted := pg_sequence_last_value(counter) - before;
end
$$
"""

COUNTERS = """
select login, kind, sequence::oid, rls.window_begins(per) * rls.counter_room(), rows
from rls.budget_use
where entity = %s
"""


@dataclass(frozen=True)
class Counter:
    """What counts somebody's rows: the sequence, its number where the window begins, how many rows there may be."""

    sequence: int
    first: int
    rows: int


class Teller(Judge):
    """Tries what a person reads, creates and imports of one entity, and how much of it is counted."""

    def __init__(
        self,
        connection: psycopg.Connection,
        company: Company,
        rows: Sequence[Row],
        self_login: str | None = None,
        columns: Columns | None = None,
    ) -> None:
        super().__init__(connection, company, rows, self_login, columns)
        connection.execute(WEIGH)
        self._counters = {
            (login, kind): Counter(*found) for login, kind, *found in connection.execute(COUNTERS, [self._entity])
        }
        for counter in self._counters.values():
            self._set(counter, 0)

    def carried_away(self, person: Person, rows: Sequence[Row]) -> None:
        """Compare which rows are counted as table and view show them: of each row, what the counter says when it comes.

        The table of an entity behind a barrier shows nobody its rows.
        """
        counter = self._counters.get((person.login, "read"))
        mark = sql.SQL("pg_sequence_last_value({})").format(counter.sequence) if counter else sql.SQL("0")
        for place in self._places():
            query = sql.SQL("select array_agg(id::text || ' ' || {}) from {}").format(mark, place)
            if counter:
                # What others have the person read is counted, too.
                self._set(counter, 0)
            state, total, seen = self._weigh(person, query, counter)
            lines = [line.split() for line in seen]
            shown = {key for key, _ in lines}
            marks = [counter.first if counter else 0, *(int(mark) for _, mark in lines)]
            moved = {key: after - before for (key, _), (before, after) in zip(lines, pairwise(marks), strict=True)}
            for row in rows:
                if state == DONE or place != self._columns.table(self._entity):
                    self._decide(person, f"reading {place}", row.record, "read", server=row.key in shown)
                if row.key in shown:
                    oracle = metered(self.company, person, row.record)
                    self._note(person, f"counting {place}", row.record, oracle=oracle, server=moved[row.key] > 0)
            wanted = sum(metered(self.company, person, row.record) for row in rows) if state == DONE else 0
            self._note(
                person, f"{total} rows of {place} counted, not {wanted}", None, oracle=True, server=total == wanted
            )
            if counter and wanted:
                self._ends(person, query, counter, wanted)

    def exported(self, person: Person, rows: Sequence[Row]) -> None:
        """Compare which rows a file of what they may export has, and that none of them is counted."""
        counter = self._counters.get((person.login, "read"))
        written: list[bytes] = []
        wanted = Wanted(self._entity, person.login, ("id",))
        with contextlib.suppress(RowlockError):
            export(self._connection, installed(self._connection), wanted, written.append)
        keys = {line.decode().strip() for line in written[1:]}
        for row in rows:
            oracle = allowed(self.company, person, "read", row.record) and exports(self.company, person, row.record)
            self._note(person, "export", row.record, oracle=oracle, server=str(row.key) in keys)
        if counter:
            number = self._connection.execute("select pg_sequence_last_value(%s::oid)", [counter.sequence]).fetchone()
            self._note(person, "an export counted", None, oracle=False, server=number != (counter.first,))

    def looked_at(self, person: Person, rows: Sequence[Row], stage: str) -> None:
        """Compare how many rows are counted where a leakproof condition chooses a stage: it comes before counting."""
        counter = self._counters.get((person.login, "read"))
        if counter is None:
            return
        table, column = self._columns.table(self._entity), sql.Identifier("stage")
        query = sql.SQL("select array_agg(note) from {} where {} = {}").format(table, column, sql.Literal(stage))
        _, total, _ = self._weigh(person, query, counter)
        wanted = sum(metered(self.company, person, row.record) for row in rows if row.record.stage == stage)
        self._note(person, f"{total} rows at {stage} counted, not {wanted}", None, oracle=True, server=total == wanted)

    def created(self, person: Person, rows: Sequence[Row]) -> None:
        """Compare how many of all rows that may be created are counted; each is as new."""
        counter = self._counters.get((person.login, "create"))
        new = [row for row in self.fresh(rows) if allowed(self.company, person, "create", row.record)]
        if not new or counter is None:
            return
        columns = sql.SQL(", ").join(map(sql.Identifier, self._values(new[0])))
        every = sql.SQL(", ").join(
            sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, self._values(row).values()))) for row in new
        )
        table = self._columns.table(self._entity)
        insert = sql.SQL("insert into {} ({}) values {}").format(table, columns, every)
        _, total, _ = self._weigh(person, insert, counter)
        wanted = sum(counted(self.company, person, row.record) for row in new)
        self._note(person, f"{total} new rows counted, not {wanted}", None, oracle=True, server=total == wanted)
        if wanted:
            self._ends(person, insert, counter, wanted)

    def imported(self, person: Person, rows: Sequence[Row], group: str | None = None) -> None:
        """Compare which rows COPY into the import table takes: all bad ones are named, all others go in.

        :param group: fields of which the first is filled in.
        """
        new = self.fresh(rows)
        field = groups(self.company, self._entity)[group][0] if group else None
        good = [
            row
            for row in new
            if imports(self.company, person, row.record)
            and (group is None or writes_field(self.company, person, "create", row.record, group))
        ]
        taken = {row.key for row in good}
        refused = self._refused_lines(person, new, field)
        for number, row in enumerate(new, 1):
            server = refused is not None and number not in refused
            self._note(person, f"import {field or ''}", row.record, oracle=row.key in taken, server=server)
        if good and len(good) < len(new):
            left = self._refused_lines(person, good, field)
            self._note(person, "import of the good ones", None, oracle=True, server=left == set())

    def fresh(self, rows: Sequence[Row]) -> list[Row]:
        """Return rows like these that are not there yet."""
        return [Row(self._fresh(number, row), row.record, row.parent) for number, row in enumerate(rows)]

    def _refused_lines(self, person: Person, rows: Sequence[Row], field: str | None) -> set[int] | None:
        """Return which lines COPY refuses, or leaves out; None: all, before it looks at any."""
        more = {field: "filled in"} if field else {}
        columns = sql.SQL(", ").join(map(sql.Identifier, [*self._values(rows[0]), *more]))
        text = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(IMPORTS, self._entity), columns)
        there = sql.SQL("select id::text from {}").format(self._columns.table(self._entity))
        become = sql.SQL("set local session authorization {}")
        try:
            with self._connection.transaction(force_rollback=True), self._connection.cursor() as cursor:
                cursor.execute(become.format(sql.Identifier(person.login)))
                with cursor.copy(text) as copy:
                    for row in rows:
                        copy.write_row([*self._values(row).values(), *more.values()])
                cursor.execute(become.format(sql.SQL("default")))
                keys = {key for (key,) in cursor.execute(there)}
        except psycopg.Error as error:
            detail = error.diag.message_detail or ""
            if not detail and error.sqlstate == REFUSED:
                return None
            if not detail.startswith("line "):
                raise
            return {int(line.partition(":")[0].removeprefix("line ")) for line in detail.splitlines()}
        return {number for number, row in enumerate(rows, 1) if row.key not in keys}

    def _ends(self, person: Person, statement: sql.Composable, counter: Counter, wanted: int) -> None:
        """Leave just as many rows as are counted, and then one less."""
        for left, state in ((wanted, DONE), (wanted - 1, USED_UP)):
            self._set(counter, counter.rows - left)
            found, _, _ = self._weigh(person, statement, counter)
            self._note(person, f"{found} with {left} rows left: {statement}", None, oracle=True, server=found == state)

    def _weigh(self, person: Person, statement: sql.Composable, counter: Counter | None) -> tuple[str, int, list[str]]:
        """Return what became of a statement, how many rows it counted, and what it gave."""
        values = [person.login, observer.text(statement), counter.sequence if counter else None]
        row = self._connection.execute("select * from pg_temp.weigh(%s, %s, %s::oid::regclass)", values).fetchone()
        assert row is not None
        state, message, total, seen = row
        if state not in (DONE, REFUSED, USED_UP):
            raise UnexpectedError(f"{observer.text(statement)}\nas {person.login}: {state} {message}")
        if counter:
            self._set(counter, 0)
        return state, total or 0, seen or []

    def _set(self, counter: Counter, used: int) -> None:
        """Have so many rows counted already."""
        self._connection.execute("select setval(%s::oid::regclass, %s)", [counter.sequence, counter.first + used])

    def _values(self, row: Row) -> dict[str, object]:
        return {"id": row.key} | self._columns.values(row.record, row.parent)

    def _places(self) -> list[sql.Composable]:
        """Return the table, and the reading view where there is one."""
        view = sql.Identifier(VIEWS, self._entity)
        found = self._connection.execute("select to_regclass(%s)", [observer.text(view)]).fetchone()
        table = self._columns.table(self._entity)
        return [table, view] if found and found[0] else [table]
