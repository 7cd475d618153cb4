"""Budgets for reading: what is counted by which command, what ends a window, what apply and people change."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql

from rls.definition.model import Budget, Definition, Entity, FieldGroup, Level, Operation, Owner, Permission, Role
from rls.names import QualifiedName
from rls.plan import deploy
from tests.database.small_company import wait_for_lock
from tests.fixtures.database import Cluster, Database

PEOPLE = ("sam", "dora", "pat")
DEAL = Entity("deal", QualifiedName("crm", "deal"), owner=Owner("owner_id"), read_budget=Budget(50, "week"))


def role(name: str, **said: Level) -> Role:
    """Return a role's rights to deals."""
    return Role(name, permissions=tuple(Permission("deal", _operation(do), level) for do, level in said.items()))


def _operation(name: str) -> Operation:
    return next(one for one in ("read", "create", "update", "delete", "export", "import") if one == name)


ROLES = (
    role("seller", read=Level.all, update=Level.all, create=Level.own, delete=Level.own),
    role("director", read=Level.all, export=Level.all),
    role("partner", read=Level.all, export=Level.own),
)


def definition(deal: Entity = DEAL) -> Definition:
    """Return the definition with deals as given."""
    return Definition("highest", (deal,), ROLES)


@pytest.fixture(scope="module")
def database(cluster_of: Callable[[str], Cluster]) -> Iterator[Database]:
    """Give a company of three with forty deals each: sam exports none, dora all, pat his own."""
    with cluster_of("installed").database("installed") as database:
        with database.connect() as connection:
            for login in PEOPLE:
                connection.execute(
                    sql.SQL("create role {} login password {}").format(sql.Identifier(login), f"{login}-secret")
                )
                connection.execute("insert into crm.person (login, name) values (%s, %s)", [login, login])
            connection.execute(
                "insert into crm.deal (owner_id, title, amount) select 1 + n % 3, 'x', n from generate_series(1, 120) n"
            )
            deploy(connection, definition())
            for number, name in enumerate(("seller", "director", "partner"), 1):
                connection.execute(
                    "insert into rls.assignment (role, principal_kind, principal_id) values (%s, 'person', %s)",
                    [name, number],
                )
        yield database


@pytest.fixture
def company(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """Give the administrator's connection to it, with its deals and definition as they were, and nothing counted."""
    with database.connect() as connection:
        yield connection
        deploy(connection, definition())
        connection.execute("delete from crm.deal where id > 120")
        connection.execute("select setval(sequence, 1, false) from rls.counter")
    database.close()


def used(company: psycopg.Connection[Any], login: str) -> int:
    """Return how many rows somebody has had counted."""
    row = company.execute("select coalesce(used, 0) from rls.budget_use where login = %s", [login]).fetchone()
    return int(row[0]) if row else 0


def cost(database: Database, company: psycopg.Connection[Any], login: str, query: LiteralString) -> int:
    """Return how many rows a statement counts."""
    before = used(company, login)
    with database.connect(login) as connection:
        connection.execute(query)
    return used(company, login) - before


def test_what_commands_count(database: Database, company: psycopg.Connection[Any]) -> None:
    """Rows the policy let through: before conditions that are not leakproof, after those that are."""
    company.execute("update rls.budget set rows = 100000")
    for query, rows in {
        "select * from crm.deal where id = 7": 1,
        "select * from crm.deal where id between 1 and 10": 10,
        "select * from crm.deal limit 5": 5,
        "select count(*) from crm.deal": 120,
        "select * from crm.deal where title ilike '%nothing%'": 120,
        "select * from crm.deal where amount > 1000": 120,
        "select 1 where exists (select from crm.deal)": 1,
        "explain select * from crm.deal": 0,
        "explain (analyze) select * from crm.deal where id = 7": 1,
        "select * from crm.deal where id = 7 for update": 1,
        "update crm.deal set title = 'y'": 0,
        "update crm.deal set title = 'y' where id = 7": 2,
        "insert into crm.deal (owner_id, title) values (1, 'new')": 0,
    }.items():
        assert (query, cost(database, company, "sam", query)) == (query, rows)
    assert cost(database, company, "dora", "select * from crm.deal") == 0
    assert cost(database, company, "pat", "select * from crm.deal where owner_id = 3") == 0
    assert cost(database, company, "pat", "select * from crm.deal where id <= 120") == 80


@pytest.mark.usefixtures("company")
def test_the_error_says_what_to_ask_for(database: Database) -> None:
    """What is used up, until when, and whom to ask for what."""
    with database.connect("sam") as sam, pytest.raises(psycopg.errors.ConfigurationLimitExceeded) as caught:
        sam.execute("select * from crm.deal")
    said = caught.value.diag
    assert said.message_primary == "the budget for reading deal is used up: 50 rows per week"
    assert "counting begins anew at" in str(said.message_detail)
    assert "rowlock budget reset sam deal" in str(said.message_hint)


def test_who_exports_plans_as_if_there_were_no_budget(database: Database, company: psycopg.Connection[Any]) -> None:
    """Workers in parallel included."""

    def plan() -> list[Any]:
        with database.connect("dora") as dora:
            dora.execute(
                "set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0"
            )
            return dora.execute("explain verbose select * from crm.deal").fetchall()

    metered = plan()
    deploy(company, definition(replace(DEAL, read_budget=None)))
    assert metered == plan()
    assert "Gather" in str(metered)


def test_apply_changes_budgets(database: Database, company: psycopg.Connection[Any]) -> None:
    """Numbers change while a reader's transaction holds the table; a longer window does not lock anybody out."""
    with database.connect("sam", autocommit=False) as sam:
        sam.execute("select * from crm.deal limit 40")
        for budget, rows in (
            (Budget(60, "week"), 20),
            (Budget(50, "week"), 0),
            (Budget(100, "minute"), 0),
            (Budget(90, "day"), 0),
        ):
            company.execute("set lock_timeout = '2s'")
            deploy(company, definition(replace(DEAL, read_budget=budget)))
            if rows:
                sam.execute("select * from crm.deal limit 20")
        sam.execute("select * from crm.deal limit 90")
        with pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
            sam.execute("select * from crm.deal limit 1")
    company.execute("reset lock_timeout")
    deploy(company, definition(replace(DEAL, read_budget=None)))
    with database.connect("sam") as sam:
        assert len(sam.execute("select * from crm.deal").fetchall()) == 120


MOVE: LiteralString = """
select setval(sequence, pg_sequence_last_value(sequence) + %s * 604800 * rls.counter_room())
from rls.counter where login = 'sam'
"""


def test_a_window_ends_and_a_clock_goes_back(database: Database, company: psycopg.Connection[Any]) -> None:
    """Numbers of last week are nothing; those of next week were made by another clock, or by calling nextval()."""
    with database.connect("sam") as sam:
        sam.execute("select * from crm.deal limit 50")
        company.execute(MOVE, [-1])
        sam.execute("select * from crm.deal limit 50")
        assert used(company, "sam") == 50
        company.execute(MOVE, [1])
        with pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
            sam.execute("select * from crm.deal limit 1")


def test_a_window_begun_meanwhile_is_not_begun_again(database: Database, company: psycopg.Connection[Any]) -> None:
    """Who waits to begin one, while another does and uses it up, finds it used up."""
    company.execute(MOVE, [-1])
    with (
        database.connect("sam") as sam,
        database.connect(autocommit=False) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        other.execute("select from rls.counter where login = 'sam' for update")
        waiting = pool.submit(sam.execute, "select * from crm.deal limit 1")
        wait_for_lock(company)
        other.execute(
            "select setval(sequence, rls.window_begins('week') * rls.counter_room() + 50)"
            " from rls.counter where login = 'sam'"
        )
        other.commit()
        with pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
            waiting.result()


def test_sessions_that_begin_a_window_at_once_share_it(database: Database, company: psycopg.Connection[Any]) -> None:
    """All together get no more than one budget, by pages of five."""
    sessions = [database.connect("sam") for _ in range(6)]
    start = threading.Barrier(len(sessions))

    def take(session: psycopg.Connection[Any]) -> int:
        taken = 0
        start.wait()
        with contextlib.suppress(psycopg.errors.ConfigurationLimitExceeded):
            while True:
                taken += len(session.execute("select * from crm.deal limit 5").fetchall())
        return taken

    with ThreadPoolExecutor(len(sessions)) as pool:
        for _ in range(5):
            company.execute("select rls.reset_budget('sam', 'deal', 'read', 'test')")
            company.execute(MOVE, [-1])
            assert 50 - 5 * len(sessions) < sum(pool.map(take, sessions)) <= 50


@pytest.mark.usefixtures("company")
def test_what_cannot_count_says_so(database: Database) -> None:
    """But rows one may export are not counted."""
    with database.connect("sam") as sam:
        sam.execute("begin read only")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction, match="a read-only transaction cannot count"):
            sam.execute("select * from crm.deal")
    with database.connect("pat") as pat:
        pat.execute("begin read only")
        assert len(pat.execute("select * from crm.deal where owner_id = 3").fetchall()) == 40


def test_counters_follow_people(database: Database, company: psycopg.Connection[Any]) -> None:
    """No sequence is dropped, nor keeps anybody from being."""
    (before,) = company.execute("select count(*) from rls.counter").fetchone() or (0,)
    for login in ("zoe", "tom"):
        hire(company, login)
        assert cost(database, company, login, "select * from crm.deal limit 7") == 7
        found = company.execute("select count(*) - %s, count(login) - %s from rls.counter", [before] * 2).fetchone()
        assert found == (1, 1), "the counter of who is gone is given to who comes"
        company.execute("update crm.person set is_active = false, dismissed_at = now() where login = %s", [login])
        company.execute(sql.SQL("drop role {}").format(sql.Identifier(login)))


def hire(company: psycopg.Connection[Any], login: str) -> None:
    """Make one more seller."""
    company.execute(sql.SQL("create role {} login password {}").format(sql.Identifier(login), f"{login}-secret"))
    company.execute("insert into crm.person (login, name) values (%s, %s)", [login, login])
    company.execute(
        "insert into rls.assignment (role, principal_kind, principal_id)"
        " select 'seller', 'person', max(id) from crm.person"
    )


def test_resets_are_written_down_for_ever(company: psycopg.Connection[Any]) -> None:
    """With who did it, and why."""
    company.execute("select rls.reset_budget('sam', 'deal', 'read', 'quarter''s end')")
    row = company.execute(
        "select login, entity, kind, used, reason, done_by = session_user from rls.budget_reset"
        " where reason like 'quarter%'"
    ).fetchone()
    assert row == ("sam", "deal", "read", 0, "quarter's end", True)
    for change in (
        "delete from rls.budget_reset",
        "update rls.budget_reset set reason = 'x'",
        "truncate rls.budget_reset",
    ):
        with pytest.raises(psycopg.Error):
            company.execute(change.encode())


def test_a_reading_view_counts_too(database: Database, company: psycopg.Connection[Any]) -> None:
    """By the policy of its owner."""
    deploy(company, definition(replace(DEAL, fields=(FieldGroup("finance", ("amount", "margin")),))))
    assert cost(database, company, "sam", "select * from crm_read.deal limit 20") == 20
    assert cost(database, company, "pat", "select * from crm_read.deal where owner_id = 3") == 0
    assert cost(database, company, "dora", "select * from crm_read.deal") == 0
    with database.connect("sam") as sam, pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
        sam.execute("select * from crm_read.deal")
    with database.connect("dora") as dora:
        assert "nextval" not in str(dora.execute("explain verbose select * from crm_read.deal").fetchall())


def test_the_command_lists_and_gives_back(database: Database, company: psycopg.Connection[Any]) -> None:
    """What was given back is no longer used, and nobody is nobody."""
    cost(database, company, "sam", "select * from crm.deal limit 7")
    assert '"used": 7' in database.invoke(["budget", "list", "--json"]).stdout
    assert database.invoke(["budget", "reset", "sam", "deal", "--reason", "a fair"]).exit_code == 0
    assert used(company, "sam") == 0
    assert company.execute("select used, reason from rls.budget_reset where reason = 'a fair'").fetchone() == (
        7,
        "a fair",
    )
    gone = database.invoke(["budget", "reset", "nobody", "--reason", "x"])
    assert (gone.exit_code, "nothing is counted of nobody" in gone.stderr) == (2, True)
