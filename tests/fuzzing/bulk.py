"""Read and create until a budget is used up, and import: what is delivered is never more than there may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from tests.fuzzing.company import RECORDS
from tests.fuzzing.draws import Draw
from tests.fuzzing.queries import Asker
from tests.fuzzing.reading import REFUSED
from tests.fuzzing.shapes import SHAPES
from tests.fuzzing.verdicts import Verdict
from tests.fuzzing.watch import Outcome, attempt, changed
from tests.fuzzing.world import World
from tests.fuzzing.writes import Write, Writer
from tests.fuzzing.writing import Expected, blind_reference, exactly, withheld, within_rights
from tests.oracle.company import Person
from tests.oracle.fields import counted, imports, metered, names_field
from tests.oracle.oracle import roles_of, words_of

USED_UP = "53400"
MOST = 12
"""How many rows of a budget may be left."""

LEAVE = """
select setval(sequence, rls.window_begins(per) * rls.counter_room() + rows - %s)
from rls.budget_use where login = %s and entity = %s and kind = %s
"""


def bulk(world: World, person: Person, draw: Draw) -> Verdict:
    """Read or create more than there may be, or import."""
    return draw.choice((reading_out, importing, creating_on, importing))(world, person, draw)


@dataclass
class Delivery:
    """What some statements gave: ids by statement, and the states of errors."""

    ids: list[set[int]] = field(default_factory=list)
    states: list[str] = field(default_factory=list)

    def say(self, connection: psycopg.Connection, line: str) -> bool:
        """Run a line; tell whether the others can follow: an error ends a transaction.

        Each is a statement of its own, but what is fetched is its cursor's.
        """
        if not line.startswith("fetch"):
            self.ids.append(set())
        try:
            cursor = connection.execute(line.encode(), prepare=False)
            if cursor.description and not line.startswith("explain"):
                self.ids[-1] |= set(flat(cursor.fetchall()))
        except psycopg.Error as error:
            self.states.append(error.sqlstate or "?")
            if connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
                connection.execute("rollback", prepare=False)
                return False
        return True


def flat(values: Iterable[Any]) -> Iterable[int]:
    """Yield the numbers in rows and arrays."""
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from flat(value)
        elif value is not None:
            yield int(value)


def reading_out(world: World, person: Person, draw: Draw) -> Verdict:
    """Read with little of a budget left, by several statements of several forms: at most what is left is delivered."""
    possible = [
        name for name in SHAPES
        if world.entity(name).get("read_budget") and not world.lacks(person, "read", name)
    ]  # fmt: skip
    found = Verdict([f"-- as {person.login}"], "budget", person.login)
    if not possible:
        return found
    entity, left, asker = draw.choice(possible), draw.below(MOST), Asker(draw, world, person)
    readable = world.reach(person, "read", entity)
    limited = {one for one in readable if metered(world.company, person, world.record(entity, world.rows[entity][one]))}
    leave(world, person, entity, "read", left)
    connection, delivery, looks = world.connection(person.login), Delivery(), 0
    found.script.append(f"-- with {left} rows of {entity} left")
    for _ in range(1 + draw.below(4)):
        lines, times = reads(asker, draw, entity)
        looks += times
        found.script += lines
        all(delivery.say(connection, line) for line in lines)
    leave(world, person, entity, "read", 10**9)
    found.compared += 1
    found.states += [state for state in delivery.states if state != USED_UP]
    got = sum(len(ids & limited) for ids in delivery.ids)
    if got > left:
        found.wrong(f"delivers {got} rows of {entity}, with {left} left")
    elif beyond := set().union(*delivery.ids) - readable:
        found.wrong(f"delivers {sorted(beyond)} of {entity} beyond the person's rights")
    elif set(delivery.states) - {USED_UP, *([REFUSED, "0A000"] if asker.doubtful else [])}:
        found.wrong(f"an error that was not to be expected: {delivery.states}")
    elif USED_UP in delivery.states and looks * len(limited) <= left:
        found.wrong(f"used up, though {looks} looks at {len(limited)} rows are not more than {left}")
    return found


def reads(asker: Asker, draw: Draw, entity: str) -> tuple[list[str], int]:
    """Return lines that give ids of an entity in some way, and how often they look at each row at most."""
    alias = asker.alias()
    place, other = asker.name(alias, entity), asker.alias()
    asker.stand_for(other, view=asker.viewed(alias, entity))
    where = f" where {alias}.id > {draw.below(12)}" if draw.chance(50) else ""
    inner = f"select from {place} as {other} where {other}.id = {alias}.id"
    leaky = f"case when {alias}.id > 4 then true else 1 / {alias}.id > -1 end"
    forms = (
        (f"select {alias}.id from {place} as {alias}{where}", 1),
        (f"select array_agg({alias}.id) from {place} as {alias}{where}", 1),
        (f"select {alias}.id from {place} as {alias}{where} order by {alias}.id desc limit {draw.below(9)}", 1),
        (f"select x.id from (select {alias}.id, count(*) over () from {place} as {alias}{where}) as x", 1),
        (f"with x as materialized (select id from {place}) select id from x union all select id from x", 1),
        (f"select {alias}.id from {place} as {alias} where exists ({inner})", 2 * RECORDS),
        (f"select {alias}.id from {place} as {alias} where {leaky}", 1),
    )
    query, times = draw.choice(forms)
    kind = draw.below(7)
    if kind < 2:
        return [query], times
    if kind == 2:
        return ["begin", "savepoint a", query, "rollback to a", query, "rollback"], 2 * times
    if kind == 3:
        piece = 1 + draw.below(5)
        fetches = [f"fetch {piece} from c"] * 3
        return ["begin", f"declare c no scroll cursor for {query}", *fetches, "rollback"], times
    if kind == 4:
        return ["deallocate all", f"prepare p as {query}", *["execute p"] * (1 + draw.below(6))], 6 * times
    if kind == 5:
        return ["begin", "set local plan_cache_mode = force_generic_plan", "deallocate all", f"prepare p as {query}",
                "execute p", "rollback"], times  # fmt: skip
    return [f"explain {query}", query], times


def leave(world: World, person: Person, entity: str, kind: str, rows: int) -> None:
    """Leave so many rows of somebody's budget."""
    world.admin.execute(LEAVE, [rows, person.login, entity, kind])


def offered(world: World, person: Person, draw: Draw, possible: list[str]) -> tuple[str, list[dict[str, Any]], Writer]:
    """Return new rows of an entity, all with the same columns."""
    writer = Writer(draw, world, person)
    entity = draw.choice(possible)
    count = 1 + draw.below(5)
    fields = writer.field(entity)
    made = [{column: value_of(text) for column, text in (writer.new(entity) | fields).items()} for _ in range(count)]
    if entity == "entry":
        for number, row in enumerate(made):
            row["id"] = 5000 + number
    return entity, made, writer


def value_of(text: str) -> Any:
    """Return what a simple literal stands for."""
    if text == "null":
        return None
    if text in ("true", "false"):
        return text == "true"
    if text.startswith("'"):
        return text.strip("'")
    return float(text) if "." in text else int(text)


def creating_on(world: World, person: Person, draw: Draw) -> Verdict:
    """Create with little of a budget left: all of a statement's rows, or none."""
    possible = [
        name for name in SHAPES
        if world.entity(name).get("create_budget") and not world.lacks(person, "create", name)
    ]  # fmt: skip
    found = Verdict(kind="budget", person=person.login)
    if not possible:
        return found
    entity, rows, writer = offered(world, person, draw, possible)
    left = draw.below(5)
    columns = list(rows[0])
    values = ", ".join(f"({', '.join(literal(row[column]) for column in columns)})" for row in rows)
    text = f"insert into {SHAPES[entity].table} ({', '.join(columns)}) values {values}"
    found.script = [f"-- as {person.login}, with {left} rows of {entity} left", "begin", text, "rollback"]
    write = Write("insert", entity, text, "", frozenset(), fields=frozenset(writer.written))
    leave(world, person, entity, "create", left)
    outcome = attempt(world.admin, person.login, text)
    leave(world, person, entity, "create", 10**9)
    found.compared += 1
    refused = [reason for row in rows if (reason := refusal(world, person, write, row))]
    fills = fillable(world, person, write)
    beyond = sum(counted(world.company, person, world.record(entity, row)) for row in rows)
    if outcome.done:
        within_rights(world, person, write, outcome, found)
        exactly(write, Expected({}, rows), outcome, found)
        if beyond > left:
            found.wrong(f"creates {beyond} rows beyond import, with {left} left")
        elif refused:
            found.wrong(f"succeeds, and should not: {refused[0]}")
    elif outcome.state == USED_UP:
        found.refused += 1
        if beyond <= left and fills and not refused:
            found.wrong(f"used up, though {beyond} rows are not more than {left}")
    elif outcome.state == REFUSED:
        found.refused += 1
        if fills and not refused:
            found.wrong(f"refused, though {person.login} may: {outcome.message}")
    elif not refused:
        found.wrong(f"an error that was not to be expected: {outcome.state} {outcome.message}")
    return found


def fillable(world: World, person: Person, write: Write) -> bool:
    """Say whether the person may name the fields that are filled in."""
    return all(names_field(world.company, person, "create", write.entity, group) for group in write.fields)


def literal(value: Any) -> str:
    """Return a value as SQL."""
    return sql.Literal(value).as_string(None)


def refusal(world: World, person: Person, write: Write, row: dict[str, Any]) -> str | None:
    """Return why the person may not create a row."""
    record = world.record(write.entity, row)
    if not world.may(person, "create", record):
        return f"{row} is not {person.login}'s to create"
    if withheld(world, person, "create", record, write.fields):
        return f"{row} has fields that are not {person.login}'s to fill in"
    return blind_reference(world, person, write.entity, {}, row)


def importing(world: World, person: Person, draw: Draw) -> Verdict:
    """COPY into an import table: every bad line is named, or every row goes in."""
    every = list(SHAPES)
    able = [name for name in every if not world.lacks(person, "create", name) and loads(world, person, name)]
    entity, rows, writer = offered(world, person, draw, every if draw.chance(5) or not able else able)
    columns = list(rows[0])
    text = f"copy crm_import.{entity} ({', '.join(columns)}) from stdin"
    write = Write("insert", entity, text, "", frozenset(), fields=frozenset(writer.written))
    lines = ["\\t".join("\\N" if row[column] is None else str(row[column]) for column in columns) for row in rows]
    found = Verdict([f"-- as {person.login}", "begin", text, *(f"-- {line}" for line in lines)], "import", person.login)
    found.compared += 1
    outcome, detail = copied_in(world, person, text, [[row[column] for column in columns] for row in rows])
    bad = {number: reason for number, row in enumerate(rows, 1) if (reason := objection(world, person, write, row))}
    if outcome.done:
        logged = [change for change in outcome.changes if change.place == "rls.bulk_log"]
        outcome.changes[:] = [change for change in outcome.changes if change.place != "rls.bulk_log"]
        within_rights(world, person, write, outcome, found)
        exactly(write, Expected({}, rows), outcome, found)
        if bad:
            found.wrong(f"imports, and should not: {bad}")
        elif not logged:
            found.wrong("is not logged")
        return found
    named = {int(line.partition(":")[0].removeprefix("line ")) for line in detail.splitlines() if line[:5] == "line "}
    if outcome.state == REFUSED and not named:
        found.refused += 1
        if (
            entity in able
            and fillable(world, person, write)
            and not all(number in bad for number in range(1, len(rows) + 1))
        ):
            found.wrong(f"refused, though {person.login} may: {outcome.message}")
    elif named != set(bad):
        found.wrong(f"{outcome.state} {outcome.message}: names lines {sorted(named)}, but bad are {bad}\n{detail}")
    else:
        found.refused += 1
    return found


def loads(world: World, person: Person, entity: str) -> bool:
    """Say whether some role of the person imports any record of the entity."""
    wanted = set(SHAPES[entity].parents.values()) or {entity}
    return any(
        level != "none" and operation == "import" and name in wanted
        for role in roles_of(world.company, person)
        for (name, operation, _, _), level in words_of(world.company, role).items()
    )


def objection(world: World, person: Person, write: Write, row: dict[str, Any]) -> str | None:
    """Return why the person may not import a row."""
    if reason := refusal(world, person, write, row):
        return reason
    if imports(world.company, person, world.record(write.entity, row)):
        return None
    return f"{row} is not {person.login}'s to import"


def copied_in(world: World, person: Person, text: str, rows: list[list[Any]]) -> tuple[Outcome, str]:
    """Copy as the person, see what changed, and undo it; return the outcome and the error's detail."""
    become = sql.SQL("set local session authorization {}")
    try:
        with world.admin.transaction(force_rollback=True), world.admin.cursor() as cursor:
            cursor.execute(become.format(sql.Identifier(person.login)))
            with cursor.copy(text.encode()) as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(become.format(sql.SQL("default")))
            return Outcome("done", None, 0, [], changed(cursor), set(), same_catalog=True), ""
    except psycopg.Error as error:
        state, said = error.sqlstate or "?", error.diag
        return Outcome(state, said.message_primary, 0, [], [], set(), same_catalog=True), said.message_detail or ""
