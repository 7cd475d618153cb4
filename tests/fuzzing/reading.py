"""Ask as a person, in one of many ways, and compare with what the same query finds in the person's copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from tests.fuzzing.attempts import BECOMING
from tests.fuzzing.draws import Draw
from tests.fuzzing.queries import Asker
from tests.fuzzing.shapes import SHAPES
from tests.fuzzing.verdicts import Verdict
from tests.fuzzing.world import POOL, World
from tests.oracle.company import Person
from tests.oracle.fields import names_field

Answer = Counter[str] | psycopg.Error
Way = Callable[[World, Person, Draw], Verdict]

SWITCHES = (
    "seqscan", "indexscan", "indexonlyscan", "bitmapscan", "hashjoin", "mergejoin", "nestloop", "hashagg", "sort",
    "material", "memoize", "incremental_sort", "gathermerge",
)  # fmt: skip
PARALLEL = (
    ("parallel_setup_cost", "0"), ("parallel_tuple_cost", "0"), ("min_parallel_table_scan_size", "0"),
    ("min_parallel_index_scan_size", "0"), ("max_parallel_workers_per_gather", "2"),
)  # fmt: skip
REFUSED = "42501"
UNCOUNTED = "55000"
"""A role of somebody's has no budget: before PostgreSQL 16, whoever becomes it reads nothing of what is metered."""
SHOWN = 6


def settings(draw: Draw, version: int) -> list[tuple[str, str]]:
    """Return settings that change plans."""
    kind = draw.below(20)
    if kind < 8:
        return []
    if kind == 19:
        name = "debug_parallel_query" if version >= 16 else "force_parallel_mode"
        return [*PARALLEL, (name, "on")]
    if kind == 18:
        return [*PARALLEL]
    found = [(f"enable_{name}", "off") for name in draw.some(SWITCHES, 4)]
    more = ((("plan_cache_mode", "force_generic_plan"),), (("from_collapse_limit", "1"), ("join_collapse_limit", "1")),
            (("work_mem", "64kB"),), (("geqo_threshold", "2"),), (("constraint_exclusion", "on"),))  # fmt: skip
    return found + ([*draw.choice(more)] if draw.chance(30) else [])


def reading(world: World, person: Person, draw: Draw) -> Verdict:
    """Ask something in some way."""
    ways: list[Way] = [plain, prepared, cursor, pooled, copied, locking, becoming]
    return draw.choice([plain] * 9 + ways)(world, person, draw)


def plain(world: World, person: Person, draw: Draw) -> Verdict:
    """Ask once, as the person or through the pool."""
    asker = Asker(draw, world, person)
    query = asker.query()
    lines = [f"set local {name} = '{value}'" for name, value in settings(draw, version(world))]
    login = person.login
    if draw.chance(15):
        login, lines = POOL, [f"set local role {person.login}", *lines]
    return asked(world, asker, [(login, ["begin", *lines, query, "rollback"])], query)


def prepared(world: World, person: Person, draw: Draw) -> Verdict:
    """Prepare a query and execute it several times, with and without a generic plan."""
    asker = Asker(draw, world, person)
    query = asker.query()
    mode = draw.choice(("auto", "force_generic_plan", "force_custom_plan"))
    lines = ["deallocate all", "begin", f"set local plan_cache_mode = {mode}", f"prepare p as {query}"]
    lines += ["execute p"] * (1 + draw.below(7))
    return asked(world, asker, [(person.login, [*lines, "rollback"])], query)


def cursor(world: World, person: Person, draw: Draw) -> Verdict:
    """Fetch in pieces."""
    asker = Asker(draw, world, person)
    query = asker.query()
    piece = 1 + draw.below(9)
    lines = ["begin", f"declare c scroll cursor for {query}", f"fetch {piece} from c", "move absolute 0 from c"]
    lines += [f"fetch all from c /* {number} */" for number in range(1 + draw.below(2))]
    lines.insert(-1, "fetch 0 from c")
    if lines[-1] == "fetch all from c /* 1 */":
        lines.insert(-1, "move absolute 0 from c")
    return asked(world, asker, [(person.login, [*lines, "rollback"])], query, counted="fetch all")


def pooled(world: World, person: Person, draw: Draw) -> Verdict:
    """Execute one prepared statement as several people, in one session of the pool or of a superuser."""
    asker = Asker(draw, world, person)
    asker.traps = False
    query = asker.query()
    others = [
        who
        for who in world.people
        if who != person
        and not any(world.lacks(who, "read", entity) for entity in asker.mentioned)
        and all(names_field(world.company, who, "read", *named) for named in asker.named)
    ]
    people = [person, *draw.some(others, 2), person] if others else [person, person]
    mode = draw.choice(("auto", "force_generic_plan"))
    lines = ["deallocate all"]
    for _ in range(1 + draw.below(3)):
        for who in people:
            lines += ["begin", f"set local role {who.login}", f"set local plan_cache_mode = {mode}"]
            lines += [] if "commit" in lines else [f"prepare p as {query}"]
            lines += ["execute p", "commit"]
    return asked(world, asker, [(draw.choice((POOL, "")), lines)], query)


def locking(world: World, person: Person, draw: Draw) -> Verdict:
    """Lock rows: only those that may be updated are seen."""
    asker = Asker(draw, world, person)
    every = [name for name in SHAPES if not world.barred(name)]
    possible = [name for name in every if not world.lacks(person, "update", name)] or every
    entity, alias = asker.mention(draw.choice(possible)), asker.alias()
    asker.stand_for(alias, view=False)
    scope = [(alias, entity)]
    strength = draw.choice(("update", "no key update", "share", "key share"))
    columns = ", ".join(f"{alias}.{column}" for column in asker.shape(alias, entity).columns)
    item, condition = asker.table(entity, alias, plain=True), asker.where(scope, 1)
    query = f"select {columns} from {item} where {condition}"
    if draw.chance(20):
        query += f" order by {alias}.id limit {draw.below(9)}"
    wanted = query.replace(item, item.replace("crm.", "UPDATABLE.").replace("t.entry", "UPDATABLE.entry"), 1)
    text = f"{query} for {strength} of {alias} {draw.choice(('', 'skip locked', 'nowait'))}"
    lines = ["begin", text, "rollback"]
    return asked(world, asker, [(person.login, lines)], text, wanted=wanted, locked=entity)


def copied(world: World, person: Person, draw: Draw) -> Verdict:
    """COPY … TO STDOUT a query or a table's columns."""
    asker = Asker(draw, world, person)
    if draw.chance(40):
        entity = asker.entity()
        table, shape = asker.name("d", entity), asker.shape("d", entity)
        listed = ", ".join(draw.some(shape.columns, 5))
        query = f"select {listed} from {table}"
        text = f"copy ({query}) to stdout" if asker.viewed("d", entity) else f"copy {table} ({listed}) to stdout"
    else:
        query = asker.query()
        text = f"copy ({query}) to stdout"
    found = Verdict([f"-- as {person.login}", text], "copy", person.login)
    answer = copy(world.connection(person.login), text)
    reference = copy(world.admin, world.reference(person, f"copy ({query}) to stdout"))
    compare(world, asker, person, found, answer, reference)
    return found


def becoming(world: World, person: Person, draw: Draw) -> Verdict:
    """Become somebody else as far as the server lets one, and look at everything."""
    asker = Asker(draw, world, person)
    entity = asker.entity()
    lines = ["begin", draw.choice(BECOMING), f"select id from {asker.name('d', entity)}", "rollback"]
    found = Verdict([f"-- as {person.login}", *lines], "become", person.login, compared=1)
    try:
        answers = run(world.connection(person.login), lines)
    except psycopg.Error as error:
        found.refused += 1
        found.states.append(error.sqlstate or "?")
        if error.sqlstate not in (REFUSED, "22023", UNCOUNTED):
            found.wrong(f"an error that was not to be expected: {error.sqlstate} {error}")
        return found
    beyond = {int(row[0]) for row in answers[2]} - world.reach(person, "read", entity)
    if beyond:
        found.wrong(f"sees rows of {entity} beyond the person's rights: {sorted(beyond)}")
    return found


def version(world: World) -> int:
    """Return the server's major version."""
    return world.admin.info.server_version // 10000


def asked(
    world: World, asker: Asker, sessions: Sequence[tuple[str, list[str]]], query: str, *, counted: str = "",
    wanted: str | None = None, locked: str | None = None,
) -> Verdict:  # fmt: skip
    """Run the lines, and compare every line that gives the query's answer, for whoever it is run as."""
    ((login, lines),) = sessions
    found = Verdict([f"-- as {login or 'a superuser'}", *lines], "read", asker.person.login)
    counts = counted or ("execute p" if any(line.startswith("prepare p") for line in lines) else query)
    try:
        answers: list[Any] = run(world.connection(login) if login else world.admin, lines)
    except psycopg.Error as error:
        reference = referred(world, asker.person, wanted or query)
        compare(world, asker, asker.person, found, error, reference, locked)
        return found
    person, references = asker.person, dict[str, Answer]()
    people = {who.login: who for who in world.people}
    for line, answer in zip(lines, answers, strict=True):
        if line.startswith("set local role "):
            person = people[line.removeprefix("set local role ")]
        if line.startswith(counts):
            if person.login not in references:
                references[person.login] = referred(world, person, wanted or query)
            compare(world, asker, person, found, Counter(map(repr, answer)), references[person.login], locked)
    return found


def referred(world: World, person: Person, query: str) -> Answer:
    """Return what the administrator finds in the person's copies."""
    text = world.reference(person, query).replace("UPDATABLE.", f"{world.schema(person, 'update')}.")
    try:
        return Counter(map(repr, run(world.admin, [text])[0]))
    except psycopg.Error as error:
        return error


def run(connection: psycopg.Connection, lines: Sequence[str]) -> list[list[Any]]:
    """Run statements in one message; return each one's rows.

    :raises psycopg.Error: one failed; the transaction is over then.
    """
    with connection.cursor() as cursor:
        try:
            cursor.execute("; ".join(lines).encode(), prepare=False)
        except psycopg.Error:
            connection.rollback()
            raise
        answers = []
        while True:
            answers.append(cursor.fetchall() if cursor.description else [])
            if not cursor.nextset():
                return answers


def copy(connection: psycopg.Connection, text: str) -> Answer:
    """Return the lines that COPY writes."""
    try:
        with connection.cursor() as cursor, cursor.copy(text.encode()) as output:
            return Counter(b"".join(bytes(block) for block in output).decode().splitlines())
    except psycopg.Error as error:
        return error


def compare(
    world: World, asker: Asker, person: Person, found: Verdict, answer: Answer, reference: Answer,
    locked: str | None = None,
) -> None:  # fmt: skip
    """Compare an answer with the reference, and refusals with rights."""
    found.compared += 1
    refusable = asker.forbidden or any(world.lacks(person, "read", entity) for entity in asker.mentioned)
    refusable = refusable or (locked is not None and world.lacks(person, "update", locked))
    if isinstance(answer, psycopg.Error):
        if answer.sqlstate == REFUSED:
            found.refused += 1
            if not (refusable or asker.doubtful):
                found.wrong(f"refused, though {person.login} may: {answer}")
        elif refusable or (isinstance(reference, psycopg.Error) and reference.sqlstate == answer.sqlstate):
            found.reject(answer.sqlstate)
        else:
            found.wrong(f"an error that the rows {person.login} may see do not give: {answer.sqlstate} {answer}")
        return
    if refusable and (asker.forbidden or not world.waits(person)):
        found.wrong(f"not refused, though {person.login} lacks a right: {sum(answer.values())} rows")
    elif isinstance(reference, psycopg.Error):
        found.reject(reference.sqlstate)
    elif answer != reference:
        more, less = answer - reference, reference - answer
        found.wrong(
            f"{person.login} gets {sum(answer.values())} rows instead of {sum(reference.values())}:"
            f" too many {list(more)[:SHOWN]}, missing {list(less)[:SHOWN]}"
        )
