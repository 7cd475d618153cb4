"""Change as a person, and compare every row changed with the oracle; what else there is must stay as it is."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from typing import Any

import psycopg

from tests.fuzzing.attempts import DEFINITIONS
from tests.fuzzing.draws import Draw
from tests.fuzzing.reading import REFUSED, run, settings, version
from tests.fuzzing.shapes import SHAPES
from tests.fuzzing.verdicts import Verdict
from tests.fuzzing.watch import Change, Outcome, attempt
from tests.fuzzing.world import POOL, Rows, World
from tests.fuzzing.writes import Write, Writer
from tests.oracle.company import Person, Record
from tests.oracle.fields import group_of, names_field, within_field

OPERATION = {"insert": "create", "update": "update", "delete": "delete"}
FOREIGN_KEY = "23503"
DUPLICATE = "23505"


@dataclasses.dataclass
class Expected:
    """What a statement should do: the rows after it by id (None: gone) or the new ones, and why it must be refused."""

    rows: dict[int, dict[str, Any] | None]
    made: list[dict[str, Any]]
    refusal: str | None = None
    open_end: bool = False


def writing(world: World, person: Person, draw: Draw) -> Verdict:
    """Change something."""
    writer = Writer(draw, world, person)
    write = writer.write()
    chosen = settings(draw, version(world)) if draw.chance(40) else []
    chosen = [(name, value) for name, value in chosen if not name.startswith(("debug_", "force_"))]
    pooled = draw.chance(15)
    back = readback(world, write, person) if draw.chance(25) else None
    lines = [f"set local {name} = '{value}'" for name, value in chosen]
    role = [f"set local role {person.login}"] if pooled else []
    shown = [f"-- as {POOL if pooled else person.login}", "begin", *role, *lines, write.text, *([back] if back else [])]
    found = Verdict([*shown, "rollback"], "write", person.login, compared=1)
    outcome = attempt(
        world.admin, POOL if pooled else person.login, write.text, become=person.login if pooled else None,
        settings=chosen, returns=write.returning, readback=back,
    )  # fmt: skip
    judge(world, person, write, outcome, found)
    if back and outcome.done:
        found.compared += 1
        compare_readback(world, person, write.entity, outcome, found)
    return found


def defining(world: World, person: Person, draw: Draw) -> Verdict:
    """Try what is nobody's to do."""
    entity = draw.choice(list(SHAPES))
    text = draw.choice(DEFINITIONS)
    text = text.replace("{table}", SHAPES[entity].table).replace("{database}", world.admin.info.dbname)
    found = Verdict([f"-- as {person.login}", "begin", text, "rollback"], "define", person.login, compared=1)
    outcome = attempt(world.admin, person.login, text, catalog=True)
    if not outcome.done:
        found.refused += 1
        found.states.append(outcome.state)
    if outcome.changes:
        found.wrong(f"changed {outcome.changes}")
    if not outcome.same_catalog:
        found.wrong("changed an object or a right")
    return found


def readback(world: World, write: Write, person: Person) -> str | None:
    """Return a query of what the person sees after the change."""
    if world.lacks(person, "read", write.entity):
        return None
    place = f"crm_read.{write.entity}" if world.guarded(write.entity) else SHAPES[write.entity].table
    return f"select array_agg(id::text) from {place}"


def compare_readback(world: World, person: Person, entity: str, outcome: Outcome, found: Verdict) -> None:
    """Compare what is seen after a change with the oracle's answer to the rows as they are then."""
    after = after_changes(world, outcome)
    wanted = {str(number) for number in world.reach(person, "read", entity, after)}
    if outcome.seen != wanted:
        found.wrong(f"sees {sorted(outcome.seen - wanted)} too many after it, misses {sorted(wanted - outcome.seen)}")


def after_changes(world: World, outcome: Outcome) -> Rows:
    """Return every row as it is after a change."""
    rows = {entity: dict(found) for entity, found in world.rows.items()}
    for change in outcome.changes:
        if change.place in rows:
            if change.new is None:
                del rows[change.place][int(change.old["id"])]
            else:
                rows[change.place][int(change.new["id"])] = change.new
    return rows


def judge(world: World, person: Person, write: Write, outcome: Outcome, found: Verdict) -> None:
    """Compare what a change did with what it should have done."""
    expected = expect(world, person, write)
    if outcome.done:
        within_rights(world, person, write, outcome, found)
        if expected is None or expected.open_end:
            return
        if expected.refusal:
            found.wrong(f"succeeds, and should not: {expected.refusal}")
        exactly(write, expected, outcome, found)
        return
    if outcome.state == REFUSED:
        found.refused += 1
        if expected and not (expected.refusal or expected.open_end or privilege_missing(world, person, write)):
            found.wrong(f"refused, though {person.login} may: {outcome.message}")
    elif (
        expected is None
        or (outcome.state == FOREIGN_KEY and (write.kind == "delete" or expected.refusal))
        or expected.open_end
        or (outcome.state == DUPLICATE and write.entity == "entry")
        or privilege_missing(world, person, write)
    ):
        found.reject(outcome.state)
    else:
        found.wrong(f"an error that was not to be expected: {outcome.state} {outcome.message}")


def privilege_missing(world: World, person: Person, write: Write) -> bool:
    """Say whether the person lacks a privilege the statement needs."""
    reads = {*write.mentioned, *([write.entity] if write.returning or write.conflict else [])}
    return (
        write.forbidden
        or write.doubtful
        or any(
            not names_field(world.company, person, OPERATION[write.kind], write.entity, group) for group in write.fields
        )
        or world.lacks(person, OPERATION[write.kind], write.entity)
        or any(world.lacks(person, "read", entity) for entity in reads)
        or (write.conflict and world.lacks(person, "update", write.entity))
    )


def expect(world: World, person: Person, write: Write) -> Expected | None:
    """Return what the statement should do, None where that cannot be told."""
    if write.forbidden:
        return Expected({}, [], "a column nobody may write or see")
    try:
        wanted = run(world.admin, [world.reference(person, write.wanted)])[0]
    except psycopg.Error:
        return None
    if write.kind == "insert":
        return expect_new(world, person, write, [row for _, row in wanted])
    expected = Expected({}, [])
    reached = world.reach(person, write.kind, write.entity)
    for number, values in wanted:
        if number not in reached:
            if write.whole:
                expected.refusal = f"{write.entity} {number} is not {person.login}'s to {write.kind}"
            continue
        old = world.rows[write.entity][number]
        new = {**old, **values} if write.kind == "update" else None
        expected.rows[number] = new
        if new is not None:
            expected.refusal = expected.refusal or objection(world, person, write, old, new)
    return expected


def expect_new(world: World, person: Person, write: Write, rows: list[dict[str, Any]]) -> Expected:
    """Return what an INSERT should do."""
    expected = Expected({}, rows)
    for row in rows:
        if not world.may(person, "create", world.record(write.entity, row)):
            expected.refusal = f"{row} is not {person.login}'s to create"
        elif withheld(world, person, "create", world.record(write.entity, row), write.fields):
            expected.refusal = f"{row} has fields that are not {person.login}'s to fill in"
        elif write.returning and not write.view and not world.may(person, "read", world.record(write.entity, row)):
            expected.refusal = f"{row} is not {person.login}'s to read"
        elif blind := blind_reference(world, person, write.entity, {}, row):
            expected.refusal = blind
        if write.entity == "entry" and (row["id"] in world.rows["entry"] or write.conflict):
            expected.open_end = True
    if write.conflict and " do update" in write.text:
        expected.open_end = True
    return expected


def objection(world: World, person: Person, write: Write, old: dict[str, Any], new: dict[str, Any]) -> str | None:
    """Return why a row may not become what it would."""
    if not world.may(person, "update", world.record(write.entity, new)):
        return f"{write.entity} {old['id']} would leave what {person.login} may update"
    for row in (old, new):
        if withheld(world, person, "update", world.record(write.entity, row), write.fields):
            return f"{write.entity} {old['id']} has fields that are not {person.login}'s to change"
    return blind_reference(world, person, write.entity, old, new)


def withheld(world: World, person: Person, operation: str, record: Record, written: Iterable[str]) -> bool:
    """Say whether some of these groups of fields of the record are not the person's to write."""
    return not all(within_field(world.company, person, operation, record, group) for group in written)


def blind_reference(world: World, person: Person, entity: str, old: dict[str, Any], new: dict[str, Any]) -> str | None:
    """Return which new reference leads to a record the person may not see."""
    shape = SHAPES[entity]
    for column, target in {**shape.refs, **shape.parents}.items():
        value = new.get(column)
        if value is not None and value != old.get(column) and int(value) not in world.reach(person, "read", target):
            return f"{column} = {value} leads to a record that {person.login} may not see"
    return None


def exactly(write: Write, expected: Expected, outcome: Outcome, found: Verdict) -> None:
    """Compare the rows changed with those that should be, one by one."""
    changes = [change for change in outcome.changes if change.place == write.entity]
    if write.kind == "insert":
        columns = sorted({column for row in expected.made for column in row} - {"id"})
        made = Counter(str([change.new.get(column) for column in columns]) for change in changes)
        wanted = Counter(str([row.get(column) for column in columns]) for row in expected.made)
        if made != wanted:
            found.wrong(f"made {made - wanted}, should have made {wanted - made}")
        return
    done = {int((change.old or change.new)["id"]): change.new for change in changes}
    if done.keys() != expected.rows.keys():
        beyond, left = sorted(done.keys() - expected.rows.keys()), sorted(expected.rows.keys() - done.keys())
        found.wrong(f"{write.kind}s {write.entity} {beyond} too many, leaves out {left}")
        return
    for number, new in expected.rows.items():
        for column, value in (new or {}).items():
            if column not in SHAPES[write.entity].carried and done[number][column] != value:
                found.wrong(f"{write.entity} {number}: {column} becomes {done[number][column]!r}, not {value!r}")


def within_rights(world: World, person: Person, write: Write, outcome: Outcome, found: Verdict) -> None:
    """Ask the oracle about every row that changed, whatever the statement was; nothing else may have."""
    after = after_changes(world, outcome)
    for change in outcome.changes:
        problem = trespass(world, person, write, change, after)
        if problem:
            found.wrong(f"{problem}: {change.place} {change.old} -> {change.new}")
    left = [number for number, row in after["activity"].items() if not carries(row, after)] if outcome.changes else []
    if left:
        found.wrong(f"activities {left} carry something else than their parents have")
    if write.returning and outcome.touched != sum(change.place == write.entity for change in outcome.changes):
        found.wrong(f"returns {outcome.touched} rows")


def trespass(  # noqa: PLR0911 - one for each rule
    world: World, person: Person, write: Write, change: Change, after: Rows
) -> str | None:
    """Return what is wrong about one change."""
    if change.place not in SHAPES:
        return "changed a table of no concern"
    shape, entity = SHAPES[change.place], change.place
    old = world.record(entity, change.old) if change.old else None
    new = world.record(entity, change.new, after) if change.new else None
    if old and new and entity != write.entity:
        changed = {column for column in change.new if change.new[column] != change.old[column]}
        return None if changed <= {*shape.carried} else "changed another table than its own"
    if entity != write.entity:
        return "made or removed rows of another table than its own"
    if any(change.new and change.new.get(column) != (change.old or {}).get(column) for column in shape.hidden):
        return "wrote a column nobody may"
    if old and new:
        columns = {column for column in change.new if change.new[column] != change.old[column]}
        written = {group_of(world.company, entity, column) for column in columns} - {None}
        if any(withheld(world, person, "update", record, map(str, written)) for record in (old, new)):
            return "wrote fields that are not theirs"
        return None if world.may(person, "update", old) and world.may(person, "update", new) else "not theirs to update"
    if new:
        if withheld(world, person, "create", new, write.fields):
            return "filled in fields that are not theirs"
        if change.new.get("created_by", person.login) != person.login:
            return "signed as somebody else"
        return None if world.may(person, "create", new) else "not theirs to create"
    return None if old and world.may(person, "delete", old) else "not theirs to delete"


def carries(row: dict[str, Any], rows: Rows) -> bool:
    """Tell whether a child carries what its parent has."""
    for column, name in SHAPES["activity"].parents.items():
        if row.get(column) is not None:
            parent = rows[name].get(int(row[column]), {})
            return all(
                row[f"parent_{part}"] == parent.get(part) for part in ("owner_id", "is_open", "stage", "pipeline")
            )
    return False
