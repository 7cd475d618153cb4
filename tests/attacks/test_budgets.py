"""Every way to read more than a budget allows, as an ordinary person on a real server.

Each attack carries away what it can of two tables: deals are counted, leads are
not.  That it gets more than the budget of the leads shows that it would work.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql

from rls.definition.model import Budget, Definition, Entity, Level, Operation, Owner, Permission, Role
from rls.names import QualifiedName
from rls.plan import deploy
from tests.fixtures.database import Cluster, Database

BUDGET, ROWS, HIDDEN = 60, 300, 200
ENTITIES = (
    Entity("deal", QualifiedName("crm", "deal"), owner=Owner("owner_id"), read_budget=Budget(BUDGET, "week")),
    Entity("lead", QualifiedName("crm", "lead"), owner=Owner("owner_id")),
)


def role(name: str, read: Level, export: Level) -> Role:
    """Return a role that reads, exports, and changes its own."""
    said: dict[Operation, Level] = {"read": read, "export": export, "update": read, "delete": Level.own}
    return Role(
        name, permissions=tuple(Permission(one.name, do, level) for one in ENTITIES for do, level in said.items())
    )


@pytest.fixture(scope="module")
def database(cluster_of: Callable[[str], Cluster]) -> Iterator[Database]:
    """Give a company in which mallory reads 300 deals and leads of a department, and may export none."""
    with cluster_of("installed").database("installed") as database:
        with database.connect() as administrator:
            for login in ("mallory", "eve", "boss", "tess"):
                administrator.execute(
                    sql.SQL("create role {} login password {}").format(sql.Identifier(login), f"{login}-secret")
                )
                administrator.execute("insert into crm.person (login, name) values (%s, %s)", [login, login.title()])
            administrator.execute("insert into crm.department (name) values ('North')")
            administrator.execute("insert into crm.department_member values (1, 1), (1, 2)")
            for table in ("deal", "lead"):
                administrator.execute(
                    sql.SQL(
                        "insert into crm.{} (owner_id, title) select 1 + n %% 2, 'title ' || n from generate_series(1, %s) n"
                    ).format(sql.Identifier(table)),
                    [ROWS],
                )
                administrator.execute(
                    sql.SQL(
                        "insert into crm.{} (owner_id, title) select 3, 'hidden ' || n from generate_series(1, %s) n"
                    ).format(sql.Identifier(table)),
                    [HIDDEN],
                )
            deploy(
                administrator,
                Definition(
                    "highest",
                    ENTITIES,
                    (role("seller", Level.department, Level.none), role("director", Level.all, Level.all)),
                ),
            )
            administrator.execute(
                "insert into rls.assignment (role, principal_kind, principal_id)"
                " values ('seller', 'person', 1), ('seller', 'person', 2), ('director', 'person', 3),"
                " ('seller', 'person', 4)"
            )
            administrator.execute("analyze crm.deal; analyze crm.lead")
        yield database


class Thief:
    """Mallory, who keeps every row a statement has shown."""

    def __init__(self, database: Database, table: str) -> None:
        self.database = database
        self.table = table
        self.taken: set[int] = set()
        self.connection = self.login()

    def login(self, **options: Any) -> psycopg.Connection[Any]:
        """Log in once more."""
        return self.database.connect("mallory", **options)

    def text(self, query: LiteralString) -> sql.Composed:
        """Return a statement about the table, which it calls {t}."""
        return sql.SQL(query).format(t=sql.Identifier("crm", self.table))

    def ask(self, query: LiteralString, connection: psycopg.Connection[Any] | None = None) -> bool:
        """Keep the keys a query shows; tell whether it ran."""
        try:
            self.taken |= {row[0] for row in (connection or self.connection).execute(self.text(query)).fetchall()}
        except psycopg.Error:
            return False
        return True

    def tries(self, query: LiteralString) -> bool:
        """Tell whether a statement runs."""
        try:
            self.connection.execute(self.text(query))
        except psycopg.Error:
            return False
        return True

    @property
    def sequence(self) -> int:
        """Return the oid of mallory's counter, which the catalogue tells everybody."""
        with self.database.connect() as administrator:
            row = administrator.execute(
                "select sequence::oid from rls.counter where login = 'mallory' and entity = 'deal'"
            ).fetchone()
        assert row is not None
        return int(row[0])


def at_once(thief: Thief) -> None:
    """Ask for everything."""
    thief.ask("select id from {t}")


def small_queries(thief: Thief) -> None:
    """Ask for one row at a time."""
    for row in range(ROWS + HIDDEN):
        thief.ask(f"select id from {{t}} where id = {row}")


def pages_rolled_back(thief: Thief) -> None:
    """Roll back after every page."""
    for start in range(0, ROWS, 20):
        thief.connection.execute("begin")
        thief.ask(f"select id from {{t}} where id > {start} order by id limit 20")
        thief.connection.execute("rollback")


def savepoints(thief: Thief) -> None:
    """Go back to a savepoint after every page."""
    thief.connection.execute("begin")
    for start in range(0, ROWS, 20):
        thief.connection.execute("savepoint here")
        thief.ask(f"select id from {{t}} where id > {start} order by id limit 20")
        thief.connection.execute("rollback to here")
    thief.connection.execute("rollback")


def cursor(thief: Thief) -> None:
    """Fetch from a cursor."""
    thief.connection.execute("begin")
    thief.tries("declare all_of_them cursor for select id from {t}")
    while thief.ask("fetch 10 from all_of_them") and len(thief.taken) < ROWS:
        pass
    thief.connection.execute("rollback")


def cursor_behind_savepoints(thief: Thief) -> None:
    """Fetch from a cursor, a savepoint before every page."""
    thief.connection.execute("begin")
    thief.tries("declare all_of_them scroll cursor for select id from {t}")
    for _ in range(ROWS // 10):
        thief.tries("savepoint here")
        thief.ask("fetch 10 from all_of_them")
        with contextlib.suppress(psycopg.Error):
            thief.connection.execute("release here")
    thief.connection.execute("rollback")


def cursor_with_hold(thief: Thief) -> None:
    """Have cursors hold what they found."""
    for start in range(0, ROWS, 50):
        if thief.tries(f"declare held_{start} cursor with hold for select id from {{t}} where id > {start} limit 50"):
            thief.ask(f"fetch all from held_{start}")


def copied(thief: Thief) -> None:
    """Copy."""
    with (
        contextlib.suppress(psycopg.Error),
        thief.connection.cursor() as cursor,
        cursor.copy(thief.text("copy (select id from {t}) to stdout")) as copy,
    ):
        for row in copy.rows():
            thief.taken.add(int(row[0]))


def prepared(thief: Thief) -> None:
    """Prepare a statement, and have its plan kept."""
    thief.tries("prepare taking (bigint) as select id from {t} where id > $1 order by id limit 20")
    thief.connection.execute("set plan_cache_mode = force_generic_plan")
    for start in range(0, ROWS, 20):
        thief.ask(f"execute taking ({start})")


def sessions(thief: Thief) -> None:
    """Ask in six sessions at once."""
    connections = [thief.login() for _ in range(6)]

    def take(connection: psycopg.Connection[Any], first: int) -> None:
        for start in range(first, first + 50, 5):
            thief.ask(f"select id from {{t}} where id > {start} order by id limit 5", connection)

    threads = [threading.Thread(target=take, args=(one, 50 * number)) for number, one in enumerate(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def settings(thief: Thief) -> None:
    """Ask under settings that change plans."""
    for setting in (
        "cpu_operator_cost = 0", "cpu_tuple_cost = 0", "enable_seqscan = off", "enable_indexscan = off", "enable_bitmapscan = off",
        "max_parallel_workers_per_gather = 8", "debug_parallel_query = on", "force_parallel_mode = on", "row_security = off",
        "jit_above_cost = 0", "search_path = pg_temp", "synchronous_commit = off", "default_transaction_isolation = 'serializable'",
        "timezone = 'Pacific/Kiritimati'",
    ):  # fmt: skip
        thief.tries(f"set {setting}")
        thief.ask("select id from {t} where id < 400")
    thief.ask("select id from {t}")


def counter_by_number(thief: Thief) -> None:
    """Name the counter by its number, and what gives budgets back."""
    number = thief.sequence
    for query in (
        f"select setval({number}::regclass, 1)",
        f"select setval({number}::regclass, 1, false)",
        f"select currval({number}::regclass)",
        f"alter sequence rls_counter.counter_{number} restart",
        f"select nextval({number}::regclass) from generate_series(1, 100)",
        "discard sequences",
        "discard all",
        "select rls.reset_budget('mallory', 'deal', 'read', 'x')",
        "select rls.refresh_counters(null)",
        "update rls.budget set rows = 1000000",
    ):
        thief.tries(query)
        thief.ask("select id from {t}")


def returning(thief: Thief) -> None:
    """Ask by what writes."""
    thief.connection.execute("begin")
    thief.ask("update {t} set title = title where owner_id = 1 returning id")
    thief.ask("update {t} set title = 'x' returning id")
    thief.ask("delete from {t} returning id")
    thief.ask("select id from {t} for update")
    thief.connection.execute("rollback")


def cancelled(thief: Thief) -> None:
    """Let statements be cancelled."""
    for start in range(0, ROWS, 30):
        thief.ask(f"select id from {{t}} where id > {start} order by id limit 30")
        thief.connection.execute("set statement_timeout = 20")
        thief.tries("select id, pg_sleep(0.01) from {t}")
        thief.connection.execute("reset statement_timeout")


def joined(thief: Thief) -> None:
    """Ask by joins, and for rows as one value."""
    thief.ask("select a.id from {t} a join {t} b using (id)")
    thief.ask("with all_of_them as materialized (select id from {t}) select id from all_of_them")
    thief.ask("select x.id from generate_series(1, 500) n, lateral (select id from {t} where id = n) x")
    thief.ask("select id from {t} union select id from {t}")
    thief.ask("select unnest(array_agg(id)) from {t}")


def exists(thief: Thief) -> None:
    """Ask of each number whether there is a row, so that the rows themselves are never returned."""
    for start in range(0, 500, 50):
        thief.ask(
            f"select n from generate_series({start}, {start} + 49) n where exists (select from {{t}} where id = n)"
        )


def saying_that_one_exports(thief: Thief) -> None:
    """Say that one exports, before a statement or while it runs, and take it back."""
    for said in ("on", ""):
        thief.tries(f"set rowlock.export = '{said}'")
        thief.ask("select id from {t}")
        thief.connection.execute("begin")
        thief.tries("declare all_of_them cursor for select id from {t}")
        for then in ("", "on") * 10:
            thief.ask("fetch 20 from all_of_them")
            thief.tries(f"set rowlock.export = '{then}'")
        thief.connection.execute("rollback")


ATTACKS = (
    at_once, small_queries, pages_rolled_back, savepoints, cursor, cursor_behind_savepoints, cursor_with_hold, copied, prepared,
    sessions, settings, counter_by_number, returning, cancelled, joined, exists, saying_that_one_exports,
)  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_budget_is_not_exceeded(attack: Callable[[Thief], None], database: Database) -> None:
    """Where nothing is counted, each of them takes more."""
    with database.connect() as administrator:
        administrator.execute("select rls.reset_budget('mallory', 'deal', 'read', 'test')")
    try:
        free = Thief(database, "lead")
        attack(free)
        assert len(free.taken) > BUDGET, "the attack takes nothing where nothing is counted"
        metered = Thief(database, "deal")
        attack(metered)
        assert len(metered.taken) <= BUDGET
        metered.ask("select id from {t} where id <= 300 limit 1")
        assert len(metered.taken) <= BUDGET
    finally:
        database.close()


def used(database: Database, login: str = "mallory") -> int:
    """Return how many deals have been counted."""
    with database.connect() as administrator:
        row = administrator.execute(
            "select coalesce(used, 0) from rls.budget_use where login = %s and entity = 'deal'", [login]
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_nobody_reaches_the_counter_of_another(database: Database) -> None:
    """The catalogue tells its number, and no more."""
    with database.connect() as administrator:
        administrator.execute("select rls.reset_budget('eve', 'deal', 'read', 'test')")
        row = administrator.execute("select sequence::oid from rls.counter where login = 'eve'").fetchone()
    assert row is not None
    with database.connect("mallory") as mallory:
        for query in (
            "select nextval(%s::oid::regclass)",
            "select currval(%s::oid::regclass)",
            "select setval(%s::oid::regclass, 1)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                mallory.execute(query, [row[0]])
        seen = mallory.execute(
            "select pg_sequence_last_value(oid) from pg_class where oid = %s and has_sequence_privilege(oid, 'usage')",
            [row[0]],
        ).fetchall()
        assert seen == []
    assert used(database, "eve") == 0


@pytest.mark.parametrize(
    "query",
    [
        "select * from crm.deal",
        "select * from crm.deal where title like 'hidden%'",
        "select * from crm.deal where owner_id = 3",
        "select count(*) from crm.deal where id > 300",
        "select * from crm.deal where id = any (array(select generate_series(301, 500)))",
        "explain analyze select * from crm.deal where id > 300",
        "update crm.deal set title = title where id > 300",
    ],
)
def test_hidden_rows_are_not_counted(query: LiteralString, database: Database) -> None:
    """Whatever plan is made."""
    with database.connect("tess") as tess:
        for setting in (
            "reset all",
            "set enable_indexscan = off",
            "set enable_seqscan = off",
            "set cpu_operator_cost = 0",
            "set cpu_operator_cost = 1e6",
        ):
            tess.execute(setting)
            tess.execute(query)
    assert used(database, "tess") == 0
