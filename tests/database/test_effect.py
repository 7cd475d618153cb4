"""What a new definition does to people's rows: counted beforehand, and seen by themselves afterwards."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import Result
from psycopg import errors, sql

from rls.compiler import compile_state
from rls.definition.model import OPERATIONS, Definition
from rls.effect import Effect, ImportEffect, Limits, effect
from rls.effect.counting import COUNTED
from rls.effect.sides import Side
from rls.installed import applied_definition, installed
from rls.names import predicate_name
from rls.plan import deploy
from rls.report.effects import effect_parts
from rls.state.objects import Function
from rls.state.tables import read_facts
from tests.database.company import ENTITIES, column, definition, hire
from tests.fixtures.database import Database

NOTES = """
entities:
  note: {table: public.note, owner: {column: author, holds: key}}
"""

TABLES = {
    "deal": ("crm", "deal", "comment"),
    "lead": ("crm", "lead", "comment"),
    "product": ("crm", "product", "name"),
    "activity": ("crm", "activity", "subject"),
    "note": ("public", "note", "body"),
}
"""Entity → schema, table, a column to update."""

PEOPLE = {"alice": ("East",), "bob": ("East", "West"), "carol": ("Company",), "dave": ("West",), "eve": ()}

STAGES = {"deal": ("prospecting", "engaging", "won", "lost"), "lead": ("new", "in_process", "converted", "junk")}

FILL = """
create table public.note (id int generated always as identity primary key, author uuid, body text);
update crm.person set key = gen_random_uuid() where login <> 'eve';
insert into public.note (author, body)
select (select key::uuid from crm.person where id = n % 7), n::text from generate_series(1, 90) as n;
insert into crm.deal (owner_id, is_open, pipeline, stage, title)
select
  (select id from crm.person where id = n % 7), n % 5 = 0, stage.pipeline, stage.code, n::text
from generate_series(1, 40) as n
cross join crm.stage;
insert into crm.lead (owner_id, is_open, stage, title)
select (select id from crm.person where id = n % 7), n % 3 = 0, stage, n::text
from generate_series(1, 40) as n
cross join unnest(array['new', 'in_process', 'converted', 'junk']) as stage;
insert into crm.product (name) values ('one'), ('two');
insert into crm.activity (deal_id, subject) select id, id from crm.deal where id % 3 = 0;
insert into crm.activity (lead_id, subject) select id, id from crm.lead where id % 2 = 0;
"""


@pytest.fixture
def company(database: Database) -> psycopg.Connection:
    """Give the administrator's connection to a company with people, records and no rights."""
    connection = database.connect()
    hire(connection, PEOPLE)
    connection.execute(FILL)
    return connection


@contextmanager
def being(connection: psycopg.Connection, login: str) -> Iterator[None]:
    """Be somebody, without triggers and foreign keys, until everything done meanwhile is undone."""
    with connection.transaction(force_rollback=True):
        connection.execute("set local session_replication_role = replica")
        connection.execute(sql.SQL("set session authorization {}").format(sql.Identifier(login)))
        yield
    connection.execute("reset session authorization")


def reached(connection: psycopg.Connection, login: str, entity: str, operation: str) -> int:
    """Return how many rows somebody reaches, by trying."""
    schema, name, column = TABLES[entity]
    table, changed = sql.Identifier(schema, name), sql.Identifier(column)
    statements = {
        "read": sql.SQL("select from {}").format(table),
        "update": sql.SQL("update {} set {} = 'x'").format(table, changed),
        "delete": sql.SQL("delete from {}").format(table),
    }
    try:
        with being(connection, login):
            return connection.execute(statements[operation]).rowcount
    except errors.InsufficientPrivilege:
        return 0
    finally:
        connection.execute("reset session authorization")


Seen = dict[tuple[str, str, str], int]


def everything(connection: psycopg.Connection) -> Seen:
    """Return what everybody reaches, by login, entity and operation."""
    return {
        (login, entity, operation): reached(connection, login, entity, operation)
        for login in PEOPLE
        for entity in TABLES
        for operation in ("read", "update", "delete")
    }


def foretold(connection: psycopg.Connection, before: Definition, after: Definition, **limits: Any) -> Effect:
    """Count what *after* changes."""
    return effect(connection, before, after, installed(connection), limits=Limits(**limits))


def assert_as_seen(found: Effect, before: Seen, after: Seen) -> None:
    """Every difference was foretold, with its numbers, and nothing else."""
    assert found.notes == ()
    assert {(one.login, one.entity, one.operation): (one.before, one.after) for one in found.people} == {
        key: (before[key], after[key]) for key in before if before[key] != after[key]
    }


def random_rights(draw: random.Random) -> str:
    """Return a definition's rule, roles and assignments, drawn."""
    roles = []
    for role in ("manager", "head", "auditor", "guest")[: draw.randint(2, 4)]:
        permissions = [f"{name}: {{{random_levels(draw, name)}}}" for name in ("deal", "lead", "note", "product")]
        timed = draw.choice(("true", "false"))
        roles.append(f"  {role}: {{timed: {timed}, permissions: {{{', '.join(permissions)}}}}}")
    principals = ("everyone", "{department: Company/West}", "{department: Company, subdepartments: true}")
    names = [role.strip().partition(":")[0] for role in roles]
    given = [f"  - {{role: {draw.choice(names)}, to: {draw.choice(principals)}}}" for _ in range(3)]
    given += [f"  - {{role: {draw.choice(names)}, to: {{person: {draw.choice(list(PEOPLE))}}}}}" for _ in range(4)]
    rule = draw.choice(("highest", "explicit"))
    listed = sorted(set(given))
    return "\n".join([f"several_roles: {rule}", "roles:", *roles, "assignments:", *listed])


def random_levels(draw: random.Random, entity: str) -> str:
    """Return the levels of some operations, and for some stages."""
    levels = {
        "product": ("none", "all"),
        "note": ("none", "own", "department", "subdepartments", "all"),
    }.get(entity, ("none", "own", "department", "subdepartments", "open", "all"))
    said = [f"{operation}: {draw.choice(levels)}" for operation in OPERATIONS[:4] if draw.random() < 0.8]
    stages = [
        f"{stage}: {{{draw.choice(('read', 'update', 'delete'))}: {draw.choice(levels)}}}"
        for stage in STAGES.get(entity, ())
        if draw.random() < 0.3
    ]
    return ", ".join([*said, f"stages: {{{', '.join(stages)}}}"] if stages else said)


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_what_people_see(company: psycopg.Connection, seed: int) -> None:
    """Random rights, replaced three times: several roles, stages, both rules, children, keys, timed roles."""
    draw = random.Random(seed)
    before, seen = Definition(), everything(company)
    for _ in range(3):
        after = definition(ENTITIES, NOTES, random_rights(draw))
        found = foretold(company, before, after)
        deploy(company, after)
        company.execute("select rls.refresh_memberships()")
        now = everything(company)

        assert_as_seen(found, seen, now)
        before, seen = applied_definition(company), now


def test_predicates_are_the_compilers(company: psycopg.Connection) -> None:
    """What is counted is what apply would install, function by function, but for who reaches an owner now."""
    wanted = definition(ENTITIES, NOTES, random_rights(random.Random(7)))
    tables = [entity.table for entity in wanted.entities]
    facts = read_facts(company, tables, installed(company))
    side = Side(wanted, facts)

    assert {
        thing.identity[:2]: thing.body
        for thing in compile_state(wanted, facts, installed(company)).objects
        if isinstance(thing, Function) and not thing.name.endswith("_creates")
    } == {
        (predicate_name(role.name, operation), str(entity.table)): replace(
            side.predicate(role.name, entity.name, operation),
            live=any(source.owner and source.owner.holds == "id" for source in side.sources(entity.name)),
        ).body()
        for role in wanted.roles
        for entity in wanted.entities
        for operation in COUNTED
    }


OWN = "roles:\n  manager: {permissions: {deal: {read: own, update: own}, lead: {read: own}}}"
WIDE = "roles:\n  manager: {permissions: {deal: {read: department, update: own}, lead: {read: own}}}"
TO_ALL = "assignments: [{role: manager, to: everyone}]"


def applied(connection: psycopg.Connection, *texts: str) -> Definition:
    """Deploy the definition in these pieces and return it."""
    wanted = definition(ENTITIES, NOTES, *texts)
    deploy(connection, wanted)
    return wanted


def rows(found: Effect) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Return (before, after) by login, entity and operation."""
    return {(one.login, one.entity, one.operation): (one.before, one.after) for one in found.people}


def test_assignments_with_dates(company: psycopg.Connection) -> None:
    """Who holds a timed role only tomorrow, or held it yesterday, has nothing of it today."""
    before = applied(company, OWN.replace("{permissions", "{timed: true, permissions", 1))
    company.execute(
        """
        insert into rls.assignment (role, principal_kind, principal_id, valid_from, valid_until)
        select 'manager', 'person', id,
          now() + case login when 'alice' then '-1 day' when 'bob' then '1 day' else '-2 days' end::interval,
          now() + case login when 'alice' then '1 day' when 'bob' then '2 days' else '-1 day' end::interval
        from crm.person
        where login in ('alice', 'bob', 'carol')
        """
    )
    after = definition(ENTITIES, NOTES, WIDE.replace("{permissions", "{timed: true, permissions", 1))
    seen, found = everything(company), foretold(company, before, after)
    deploy(company, after)

    assert_as_seen(found, seen, everything(company))
    assert {one.login for one in found.people} == {"alice"}


def test_why(company: psycopg.Connection) -> None:
    """A person's rows change because of a level, or of a role they get or lose."""
    before = applied(
        company, OWN, "assignments: [{role: manager, to: {person: alice}}, {role: manager, to: {person: dave}}]"
    )
    after = definition(
        ENTITIES, NOTES, WIDE, "assignments: [{role: manager, to: {person: alice}}, {role: manager, to: {person: bob}}]"
    )
    why = {(one.login, one.entity, one.operation): one.because for one in foretold(company, before, after).people}

    assert why["alice", "deal", "read"] == why["alice", "activity", "read"] == "manager: own → department"
    assert why["bob", "deal", "update"] == "gets manager"
    assert why["dave", "lead", "read"] == "loses manager"
    assert ("alice", "deal", "update") not in why


DEALS = """
entities:
  deal: {{table: crm.deal, owner: owner_id, {}}}
  line: {{table: crm.line_item, parents: {{deal_id: deal}}, carries: {{owner: parent_owner_id}}, {}}}
"""
SELLING = """
roles:
  manager: {{permissions: {{deal: {{read: department, update: own, {}}}}}}}
  guest: {{permissions: {{deal: {{read: all, {}}}}}}}
assignments: [{{role: manager, to: {{person: alice}}}}, {{role: guest, to: {{person: alice}}}}]
"""
PLAIN = (DEALS.format("key: id", "key: id"), SELLING.format("delete: none", "delete: none"))


def selling(said: str) -> Definition:
    """Return a definition in which guests see no finance of the deals they read, and what managers do is said."""
    groups = DEALS.format("fields: {finance: [amount, margin]}", "fields: {finance: unit_price}")
    return definition(groups, SELLING.format(said, "fields: {finance: none}"))


def test_fields_of_rows(company: psycopg.Connection) -> None:
    """In how many rows somebody sees and changes fields, whichever role they read the rows by."""
    applied_plain = definition(*PLAIN)
    deploy(company, applied_plain)
    company.execute("insert into crm.line_item (deal_id, name) select id, 'x' from crm.deal where id % 2 = 0")
    before, after = selling("delete: none"), selling("fields: {finance: {read: own, update: none}}")
    own, department, everybody = (
        (
            column(company, "select count(*) from crm.deal where owner_id = any(%s)", ids)[0],
            column(company, "select count(*) from crm.line_item where parent_owner_id = any(%s)", ids)[0],
        )
        for logins in (["alice"], ["alice", "bob"], [*PEOPLE])
        for ids in ([column(company, "select array_agg(id) from crm.person where login = any(%s)", [logins])[0]],)
    )

    assert own < department < everybody
    found = {(one.what, one.operation): one for one in foretold(company, before, after).people}
    assert {key: (one.before, one.after) for key, one in found.items()} == {
        ("deal.finance", "read"): (department[0], own[0]),
        ("deal.finance", "update"): (own[0], 0),
        ("line.finance", "read"): (department[1], own[1]),
        ("line.finance", "update"): (own[1], 0),
    }
    assert {one.because for one in found.values()} == {"manager: department → own", "manager: own → none"}
    assert {one.login for one in found.values()} == {"alice"}
    all_deals = column(company, "select count(*) from crm.deal")[0]
    grouped = {(one.what, one.operation): one for one in foretold(company, applied_plain, before).people}
    assert grouped["deal.finance", "read"].before == all_deals > grouped["deal.finance", "read"].after == department[0]


def test_export_and_import(company: psycopg.Connection) -> None:
    """Export in rows, of those that are read; import by its level."""
    applied_plain = definition(*PLAIN)
    deploy(company, applied_plain)
    found = foretold(company, applied_plain, selling("export: all, import: own"))

    exported = {(one.entity, one.operation): one for one in found.people if one.fields is None}
    assert exported["deal", "export"].after == column(company, "select count(*) from crm.deal")[0]
    assert {one.difference for one in exported.values()} == {one.after for one in exported.values()}
    assert found.imports == (ImportEffect("alice", "Alice", "deal", "none", "own"),)
    printed = "\n".join(str(part) for part in effect_parts(found, people=20))
    assert "Import:\n  deal none → own: Alice" in printed
    assert "lose fields" in printed


def test_a_membership_granted_by_hand_is_lost(company: psycopg.Connection) -> None:
    """What apply mends, it takes away from somebody."""
    rights = applied(company, OWN)
    company.execute("grant crm_manager to dave")
    seen, found = everything(company), foretold(company, rights, rights)
    deploy(company, rights)

    assert_as_seen(found, seen, everything(company))
    assert {one.login for one in found.people} == {"dave"}


def test_reads_only_and_lets_go(company: psycopg.Connection, database: Database) -> None:
    """Nothing is locked but what reading a table needs, and that only while it is read."""
    before, after = applied(company, OWN, TO_ALL), definition(ENTITIES, NOTES, WIDE, TO_ALL)
    observer = database.connect()
    held = []

    def look(*_: object) -> None:
        held.extend(
            observer.execute(
                "select relation::regclass::text, mode from pg_locks where locktype = 'relation' and pid = %s",
                [company.info.backend_pid],
            ).fetchall()
        )

    found = effect(company, before, after, installed(company), report=look)

    assert found.people
    assert held == []
    assert company.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_a_locked_table_is_left_out(company: psycopg.Connection, database: Database) -> None:
    """Nobody waits for long, and the rest is counted."""
    before, after = applied(company, OWN, TO_ALL), definition(ENTITIES, NOTES, WIDE, TO_ALL)
    with database.connect(autocommit=False) as holder:
        holder.execute("lock table crm.deal")
        found = foretold(company, before, after, lock_seconds=0.1)

    assert found.notes == ("deal is not counted: somebody kept it locked for 0.1 s",)
    assert {one.entity for one in found.people} == {"activity"}


def test_what_takes_too_long_is_said(company: psycopg.Connection) -> None:
    """A limit of no time lets nothing be counted."""
    before, after = applied(company, OWN, TO_ALL), definition(ENTITIES, NOTES, WIDE, TO_ALL)
    found = foretold(company, before, after, seconds=0.001)

    assert found.people == ()
    assert all("it took longer than 0.001 s" in note for note in found.notes)
    assert found.notes


def test_a_huge_table_is_sampled(company: psycopg.Connection) -> None:
    """The numbers are estimates, and say so."""
    company.execute(
        "insert into crm.deal (owner_id, title) select 1 + n % 5, n::text from generate_series(1, 5000) as n"
    )
    company.execute("analyze crm.deal")
    before, after = applied(company, OWN, TO_ALL), definition(ENTITIES, NOTES, WIDE, TO_ALL)
    exact, sampled = foretold(company, before, after), foretold(company, before, after, sample_above=2000)
    deals = [one for one in sampled.people if one.entity == "deal"]
    truly = rows(exact)

    assert [note for note in sampled.notes if note.startswith("deal ")] == [
        "deal is counted from a sample of 36.5% of its table"
    ]
    assert all(one.about for one in deals)
    assert all(abs(one.after - truly[one.login, "deal", "read"][1]) < 1500 for one in deals)


def test_a_stage_that_is_no_stage(company: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every row has a stage of its own, nobody is asked to wait."""
    monkeypatch.setattr("rls.effect.histogram.MOST_KINDS", 3)
    found = foretold(company, applied(company, OWN, TO_ALL), definition(ENTITIES, NOTES, WIDE, TO_ALL))

    assert "deal is not counted: stage, pipeline of crm.deal hold more than 3 different values" in found.notes


def test_who_is_below_row_security_is_told(company: psycopg.Connection, database: Database) -> None:
    """A login from which rows are hidden gets no wrong numbers; with BYPASSRLS it counts."""
    before, after = applied(company, OWN, TO_ALL), definition(ENTITIES, NOTES, WIDE, TO_ALL)
    company.execute("create role planner login password 'planner-secret'; grant crm_rls_owner to planner")
    company.execute("grant usage on schema crm to planner; grant select on all tables in schema crm to planner")
    planner = database.connect("planner")
    hidden = foretold(planner, before, after)
    company.execute("alter role planner bypassrls")
    counted = foretold(database.connect("planner"), before, after)

    assert hidden.people == ()
    assert hidden.notes[1] == (
        'deal is not counted: query would be affected by row-level security policy for table "deal"; '
        "a superuser or a login with BYPASSRLS can count"
    )
    assert hidden.changes == counted.changes
    assert rows(counted) == rows(foretold(company, before, after))


def test_a_table_that_is_gone(company: psycopg.Connection) -> None:
    """What the old definition says of it cannot be counted any more; everything else is."""
    before = applied(company, OWN.replace("lead: {read: own}", "lead: {read: own}, note: {read: all}"), TO_ALL)
    company.execute("drop table public.note cascade")
    found = foretold(company, before, definition(ENTITIES, WIDE, TO_ALL))

    assert found.notes == ("note is not counted as it was: the database has no table public.note",)
    assert {one.entity for one in found.people} == {"activity", "deal"}


def test_another_owner_column(company: psycopg.Connection) -> None:
    """Both sides are counted by their own columns."""
    company.execute("alter table crm.lead add rep uuid")
    company.execute(
        "update crm.lead set rep = (select key::uuid from crm.person where login = 'dave') where id % 4 = 0"
    )
    lead = "entities: {lead: {table: crm.lead, owner: {column: rep, holds: key}, open: is_open}}\n"
    solo = "entities: {lead: {table: crm.lead, owner: owner_id, open: is_open}}\n"
    rights = "roles: {manager: {permissions: {lead: {read: own}}}}\n"
    before, after = definition(solo + rights + TO_ALL), definition(lead + rights + TO_ALL)
    deploy(company, before)
    found, seen = foretold(company, before, after), everything(company)
    deploy(company, after)

    assert_as_seen(found, seen, everything(company))
    assert rows(found)["dave", "lead", "read"][1] == 40


def flat(result: Result) -> str:
    """Return what was printed with single spaces."""
    return " ".join(result.stdout.split())


def test_the_command(company: psycopg.Connection, database: Database, tmp_path: Path) -> None:
    """A plan speaks of people and rows, for people and for programs."""
    applied(company, OWN, TO_ALL)
    for number, text in enumerate((ENTITIES, NOTES, WIDE, TO_ALL)):
        (tmp_path / f"{number}.yaml").write_text(text, "utf-8")
    shown = database.invoke(["plan", str(tmp_path), "--people", "1"])
    data = json.loads(database.invoke(["plan", str(tmp_path), "--json"]).stdout)
    plain = database.invoke(["plan", str(tmp_path), "--no-effect"])
    bob = next(row for row in data["effect"]["people"] if row["login"] == "bob" and row["entity"] == "deal")

    assert data["effect"]["widens"] is True
    assert bob["difference"] == bob["after"] - bob["before"] > 0
    assert "manager: deal read own → department (opens)" in shown.stdout
    assert f"Bob deal read {bob['before']} → {bob['after']} (+{bob['difference']}) manager: own →" in flat(shown)
    assert "3 of 5 people gain rows, 0 lose rows; 2 more than shown" in shown.stdout
    assert "opens" not in plain.stdout


ODD = """
entities:
  odd:
    table: public.argument
    owner: {column: me, holds: key}
    stage: counted
    pipeline: kind
    pipelines: {"50%": [new, "o'd"], "{x}": [new]}
roles:
  manager: {permissions: {odd: {read: own, delete: own, pipelines: {"50%": {read: department, stages: {"o'd": none}}}}}}
assignments: [{role: manager, to: everyone}]
"""
WIDER = ODD.replace("read: own", "read: subdepartments")
EXPLICIT = "several_roles: explicit\n"


def test_odd_names_types_and_partitions(company: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns named as a predicate's arguments, keys written otherwise than compared, padded text, an enum."""
    company.execute(
        """
        create type public.kind as enum ('50%', '{x}', 'other');
        create table public.argument
          (id int primary key, me numeric(10, 2), counted char(6), kind public.kind, body text)
        partition by hash (id);
        create table public.argument_0 partition of public.argument for values with (modulus 2, remainder 0);
        create table public.argument_1 partition of public.argument for values with (modulus 2, remainder 1);
        update crm.person set key = id || '.5';
        insert into public.argument
        select n, n % 6 + 0.5, (array['new', 'o''d', 'else', null])[1 + n % 4],
          (array['50%', '{x}', 'other'])[1 + n % 3]::public.kind
        from generate_series(1, 300) as n
        """
    )
    monkeypatch.setitem(TABLES, "odd", ("public", "argument", "body"))
    nothing = definition(ENTITIES, OWN)
    before, seen = Definition(), everything(company)
    for after in (definition(ODD), definition(EXPLICIT, WIDER), nothing):
        found = foretold(company, before, after)
        deploy(company, after)
        now = everything(company)

        assert_as_seen(found, seen, now)
        assert [one for one in found.people if one.entity == "odd"]
        before, seen = after, now
