"""What the planner makes of the policies, by EXPLAIN: shapes, never times."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import LiteralString

import psycopg
import pytest

from rls.plan import deploy
from tests.database.company import assert_converged, assign, definition, hire, person, unassign
from tests.fixtures.database import Cluster, Database

ENTITIES = """
entities:
  deal:
    table: crm.deal
    owner: owner_id
    open: is_open
    stage: stage
    stages: [prospecting, engaging, won, lost]
  product: {table: crm.product}
  activity:
    table: crm.activity
    parents: {deal_id: deal}
    carries: {owner: parent_owner_id, open: parent_is_open, stage: parent_stage}
"""

ROLES = """
roles:
  own: {permissions: {deal: own, product: {read: all}}}
  department: {permissions: {deal: department}}
  subdepartments: {permissions: {deal: subdepartments}}
  opened: {permissions: {deal: open}}
  everything: {permissions: {"*": all}}
  unseeing: {permissions: {product: all}}
  staged: {permissions: {deal: {read: own, stages: {won: {read: department}, lost: {read: none}}}}}
  won_only: {permissions: {deal: {read: none, stages: {won: {read: all}}}}}
  wider: {permissions: {deal: {read: own, update: all}}}
  temporary: {timed: true, permissions: {deal: {read: own}}}
"""

HOLDERS: dict[str, tuple[str, ...]] = {
    "owner": ("own",),
    "peer": ("department",),
    "head": ("subdepartments",),
    "guest": ("opened",),
    "boss": ("everything",),
    "clerk": ("unseeing",),
    "stager": ("staged",),
    "archivist": ("won_only",),
    "editor": ("wider",),
    "stand_in": ("temporary",),
    "boss_and_owner": ("own", "department", "opened", "everything"),
    "owner_and_peer": ("own", "department"),
    "owner_and_stager": ("own", "staged"),
    "owner_and_archivist": ("own", "won_only"),
}

NEWEST: LiteralString = "select * from crm.deal order by created_at desc limit 50"
SUM: LiteralString = "select stage, sum(amount) from crm.deal group by stage"
BY_KEY: LiteralString = "select * from crm.deal where id = 77"
UPDATE: LiteralString = "update crm.deal set title = 'x' where id = 77"
DELETE: LiteralString = "delete from crm.deal where id = 77"
INSERT: LiteralString = "insert into crm.deal (title) values ('x')"
NEWEST_ACTIVITY: LiteralString = "select * from crm.activity order by created_at desc limit 50"
LIKE: LiteralString = "select * from crm.deal where title like 'deal 77%'"
JOIN: LiteralString = "select * from crm.deal join crm.activity on activity.deal_id = deal.id where deal.id < 9"
QUERIES = (NEWEST, SUM, BY_KEY, UPDATE, DELETE, INSERT, NEWEST_ACTIVITY, LIKE, JOIN)

READS = (NEWEST, SUM, BY_KEY, NEWEST_ACTIVITY, LIKE, JOIN)
READERS = tuple(login for login in HOLDERS if login != "clerk")
WRITERS = tuple(
    login
    for login, roles in HOLDERS.items()
    if roles[0] in ("own", "department", "subdepartments", "opened", "everything")
)
PAIRS = [
    *((login, query) for login in READERS for query in READS),
    *((login, query) for login in WRITERS for query in (UPDATE, DELETE, INSERT)),
    ("editor", UPDATE),
]
"""Everybody with everything their privileges let them try."""


LIVE = "Filter: ((($)[owner_id] OR NULL::boolean) IS NOT NULL)"
"""Whom the caller reaches at this moment, beside the owners a plan was made with (decision 0023)."""

CALLED = re.compile(r"_(reads|creates|updates|deletes)\b")
"""A predicate's name."""


@dataclass(frozen=True)
class Planner:
    """A company of 20,000 deals; a person's session on it."""

    database: Database

    def session(self, login: str | None) -> psycopg.Connection:
        """Connect as a person, or as the administrator."""
        return self.database.connect(login)

    def plan(self, login: str | None, query: LiteralString, *settings: LiteralString, verbose: bool = False) -> str:
        """Return the plan of a query by *login*, parameters written ``$``."""
        with self.session(login) as session:
            for setting in settings:
                session.execute(b"set " + setting.encode())
            return explained(session, query, verbose=verbose)


def explained(session: psycopg.Connection, query: LiteralString, *, verbose: bool = False) -> str:
    """Return the plan of *query* in a session, parameters written ``$``, owners folded into it ``#``."""
    options = b"verbose, costs off" if verbose else b"costs off"
    lines = [line for (line,) in session.execute(b"explain (" + options + b") " + query.encode())]
    text = "\n".join(lines)
    text = re.sub(r"'\{[\d,]*\}'::integer\[\]|(?<=owner_id = )\d+", "#", text)
    return re.sub(r"\(InitPlan \d+\)\.col1|\$\d+", "$", text)


@pytest.fixture(scope="module")
def planner(cluster_of: Callable[[str], Cluster]) -> Iterator[Planner]:
    """Give a company big enough that the planner has a choice."""
    with cluster_of("installed").database("installed") as database:
        connection = database.connect()
        furnish(connection)
        assert_converged(connection, definition(ENTITIES, ROLES))
        yield Planner(database)
        assert_converged(connection, definition(ENTITIES, ROLES))


def furnish(connection: psycopg.Connection) -> None:
    """Hire 60 people in a tree of departments, give them 20,000 deals with an activity each."""
    hire(connection, {})
    connection.execute("""
        insert into crm.department (name, parent_id)
        select 'Team ' || number, (select id from crm.department where name = 'East')
        from generate_series(1, 5) as number
    """)
    for login in HOLDERS:
        person(connection, login, ["Team 1"])
    connection.execute("insert into crm.person (name) select 'Person ' || n from generate_series(1, 60) as n")
    connection.execute("""
        insert into crm.department_member (department_id, person_id)
        select department.id, person.id
        from crm.person
        join crm.department on department.name = 'Team ' || (2 + person.id % 4)
        where person.login is null and person.id % 2 = 0
    """)
    deploy(connection, definition(ENTITIES, ROLES))
    for login, roles in HOLDERS.items():
        for role in roles:
            assign(connection, role, login)
    connection.execute("""
        insert into crm.deal (owner_id, title, created_at, stage, is_open, amount)
        select
          (select min(id) from crm.person) + n % 74,
          'deal ' || n,
          now() - n * interval '1 minute',
          (array['prospecting', 'engaging', 'won', 'lost'])[1 + n / 3 % 4],
          n % 200 = 0,
          n
        from generate_series(1, 20000) as n
    """)
    connection.execute("""
        insert into crm.activity (deal_id, subject, created_at) select id, title, created_at from crm.deal
    """)
    connection.execute("create index on crm.deal (title text_pattern_ops)")
    connection.execute("analyze")


@pytest.mark.parametrize("login, query", PAIRS)
def test_every_predicate_is_inlined(planner: Planner, login: str, query: LiteralString) -> None:
    """No plan calls a predicate: the planner saw what is in it."""
    text = planner.plan(login, query, verbose=True)

    assert not CALLED.search(text), text


def test_a_predicate_that_is_not_inlined_would_show(planner: Planner) -> None:
    """The test above can fail."""
    session = planner.session(None)
    with session.transaction(force_rollback=True):
        session.execute("alter function rls.own_reads(crm.deal, bool[], bool[], bool[], text[]) strict")
        session.execute("set local role owner")

        assert CALLED.search(explained(session, SUM, verbose=True))


@pytest.mark.parametrize("login, query", [pair for pair in PAIRS if pair[0] not in ("editor", "stand_in")])
def test_helpers_run_only_where_they_are_needed(planner: Planner, login: str, query: LiteralString) -> None:
    """Neither the clock nor other roles' levels are asked by a role they cannot change."""
    text = planner.plan(login, query, verbose=True)

    assert "counted" not in text
    assert "readable" not in text


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("login", ["boss", "boss_and_owner"])
def test_level_all_leaves_nothing(planner: Planner, login: str, query: LiteralString) -> None:
    """The plan is the superuser's, whatever other roles the person holds."""
    assert planner.plan(login, query) == planner.plan(None, query)


@pytest.mark.parametrize("login", ["boss", "boss_and_owner"])
def test_level_all_uses_the_index_of_a_pattern(planner: Planner, login: str) -> None:
    """LIKE is not leakproof, and still becomes an index condition."""
    assert "Index Cond: ((title ~>=~ 'deal 77'::text)" in planner.plan(login, LIKE)


def test_own_reads_the_newest_in_order(planner: Planner) -> None:
    """One owner is one range of (owner_id, created_at): no sort, no filter but what is live."""
    text = planner.plan("owner", NEWEST)

    assert "Index Scan using deal_owner on deal\n        Index Cond: (owner_id = #)" in text
    assert "Sort" not in text
    assert deal_filters(text) == [LIVE]


def test_own_activities_are_read_in_order_by_what_they_carry(planner: Planner) -> None:
    """A child's plan names no parent."""
    text = planner.plan("owner", NEWEST_ACTIVITY)

    assert "Index Scan using activity_parent_owner on activity\n        Index Cond: (parent_owner_id = #)" in text
    assert "Sort" not in text
    assert "deal" not in text


@pytest.mark.parametrize("login", ["peer", "head"])
def test_departments_are_an_index_condition(planner: Planner, login: str) -> None:
    """An array of owners, not a filter."""
    text = planner.plan(login, SUM, "enable_seqscan = off")

    assert "Index Cond: (owner_id = ANY (#))" in text
    assert deal_filters(text) == [LIVE]


def test_open_records_come_from_their_own_index(planner: Planner) -> None:
    """Owners by one index, the flag by another, joined by their bitmaps."""
    text = planner.plan("guest", SUM, "enable_seqscan = off")

    assert "BitmapOr" in text
    assert "Index Cond: (owner_id = ANY (#))" in text
    assert "Bitmap Index Scan on deal_open" in text


def test_two_levels_are_two_index_conditions(planner: Planner) -> None:
    """Roles of which neither reads what the other does are joined by OR; each brings its own index condition."""
    text = planner.plan("owner_and_stager", SUM, "enable_seqscan = off")

    assert "BitmapOr" in text
    assert "Index Cond: (owner_id = #)" in text
    assert "Index Cond: (owner_id = ANY (#))" in text


@pytest.mark.parametrize("query", READS)
def test_what_another_role_reads_too_is_not_asked_for(planner: Planner, query: LiteralString) -> None:
    """The plan of two roles is that of the wider one; who holds one of them has its own."""
    both = planner.plan("owner_and_peer", query, verbose=True)

    assert both == planner.plan("peer", query, verbose=True)
    assert "rls.mine(" not in both
    assert "rls.mine(" in planner.plan("owner", query, verbose=True)


def test_a_kept_plan_obeys_at_once_when_a_wider_role_comes_and_goes(planner: Planner) -> None:
    """What the narrower role reads is left out of the plan only as long as the wider one is held."""
    count: LiteralString = "select count(*) from crm.deal"
    with planner.session(None) as administrator, planner.session("owner") as owner:
        owner.execute("set plan_cache_mode = force_generic_plan")
        owner.execute(f"prepare deals as {count}")
        found = []
        for change in (None, assign, unassign):
            if change:
                change(administrator, "department", "owner")
            found += [owner.execute("execute deals", prepare=False).fetchone() for _ in range(2)]
        with planner.session("peer") as peer:
            wider = peer.execute(count).fetchone()

    assert found[0] not in (wider, (0,))
    assert found == [found[0], found[0], wider, wider, found[0], found[0]]


@pytest.mark.parametrize("login", ["stager", "owner_and_stager"])
def test_levels_by_stage_use_the_owners_index(planner: Planner, login: str) -> None:
    """Stages are a filter on what the index of owners finds."""
    text = planner.plan(login, SUM, "enable_seqscan = off")

    assert "Index Cond: (owner_id = #)" in text
    assert "Index Cond: (owner_id = ANY (#))" in text
    assert "stage = 'won'::text" in text


def test_a_level_only_one_stage_has_is_that_stage(planner: Planner) -> None:
    """What a role may not do anywhere else is not asked."""
    assert deal_filters(planner.plan("archivist", SUM)) == ["Filter: (stage = 'won'::text)"]
    assert "reach" not in planner.plan("archivist", SUM)


def test_a_role_without_rights_on_an_entity_costs_nothing(planner: Planner) -> None:
    """Its predicate is false: for a person who also holds another role only that one's remains."""
    with planner.database.connect() as administrator:
        administrator.execute("grant select on crm.deal to clerk")
    text = planner.plan("clerk", SUM)

    assert "One-Time Filter: false" in text
    assert "deal" not in text.replace("deal.", "")
    with planner.database.connect() as administrator:
        administrator.execute("revoke select on crm.deal from clerk")


@pytest.mark.parametrize("login, query", [pair for pair in PAIRS if pair[1] in (BY_KEY, UPDATE, DELETE)])
def test_a_record_is_found_by_its_key(planner: Planner, login: str, query: LiteralString) -> None:
    """Whatever the level, one look into the primary key."""
    text = planner.plan(login, query)

    assert "Index Scan using deal_pkey on deal" in text
    assert "Index Cond: (id = 77)" in text


@pytest.mark.parametrize("login", READERS)
def test_what_a_policy_asks_is_asked_once(planner: Planner, login: str) -> None:
    """Reach and helpers are sub-selects of the statement, none of the row."""
    text = planner.plan(login, NEWEST, verbose=True)

    assert "SubPlan" not in text
    assert "Function Scan" not in text


PARALLEL: tuple[LiteralString, ...] = (
    "min_parallel_table_scan_size = 0",
    "parallel_setup_cost = 0",
    "parallel_tuple_cost = 0",
)


@pytest.mark.parametrize("login", READERS)
def test_plans_can_be_parallel(planner: Planner, login: str) -> None:
    """No policy calls anything that forbids workers, helpers included."""
    text = planner.plan(login, SUM, *PARALLEL, "enable_indexscan = off", "enable_bitmapscan = off")

    assert "Parallel Seq Scan on deal" in text


@pytest.mark.parametrize("login", READERS)
def test_parallel_plans_find_the_same(planner: Planner, login: str) -> None:
    """Workers know who is asking."""
    with planner.session(login) as session:
        serial = session.execute(SUM).fetchall()
        for setting in (*PARALLEL, "enable_indexscan = off", "enable_bitmapscan = off"):
            session.execute(b"set " + setting.encode())

        assert sorted(session.execute(SUM)) == sorted(serial)


@pytest.mark.parametrize("login", ["owner", "peer", "head", "owner_and_peer", "stager", "boss", "boss_and_owner"])
def test_a_generic_plan_is_as_good(planner: Planner, login: str) -> None:
    """A prepared statement planned without its values uses the same indexes."""
    with planner.session(login) as session:
        session.execute("set plan_cache_mode = force_generic_plan")
        session.execute("prepare one (bigint) as select * from crm.deal where id = $1")
        session.execute(b"prepare newest as " + NEWEST.encode())
        one, newest = explained(session, "execute one (77)"), explained(session, "execute newest")

    assert "Index Scan using deal_pkey on deal\n  Index Cond: (id = $)" in one
    assert newest == planner.plan(login, NEWEST)


def test_a_role_that_follows_the_clock_keeps_its_index(planner: Planner) -> None:
    """The clock is asked once a statement."""
    text = planner.plan("stand_in", SUM, verbose=True)

    assert "Index Cond: (deal.owner_id = #)" in text
    assert text.count("rls.counted(") == 1


def test_a_write_that_reaches_further_than_reading_is_confined_to_it(planner: Planner) -> None:
    """Also a statement that reads no column; a record is still found by its key."""
    blind = planner.plan("editor", "update crm.deal set title = 'x'", verbose=True)

    assert "rls.readable(" in blind
    assert "owner_id" in blind


def deal_filters(text: str) -> list[str]:
    """Return the filters on the table, not those on the caller's reach."""
    found = [line.strip() for line in text.splitlines() if line.strip().startswith("Filter: ")]
    return [line for line in found if line not in ("Filter: (login = CURRENT_USER)", "Filter: (id = $)")]
