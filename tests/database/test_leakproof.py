"""rowlock leakproof: conditions that were asked after the policies use an index before them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest

from rls.doctor import examine
from tests.database.company import open_company
from tests.fixtures.database import Cluster, Database

RIGHTS = """
roles:
  manager: {permissions: {deal: own, lead: own}}
  director: {permissions: {deal: all}}
assignments:
  - {role: manager, to: {person: alice}}
  - {role: director, to: {person: dave}}
"""

DEALS = """
create extension pg_trgm schema public;
create type crm.weather as enum ('sun', 'rain', 'snow');
alter table crm.deal
  add column attributes jsonb,
  add column words tsvector generated always as (to_tsvector('simple', title)) stored,
  add column weather crm.weather;
grant select (attributes, words, weather) on crm.deal to crm_manager, crm_director;
insert into crm.deal (owner_id, title, amount, attributes, weather)
select
  1 + number % 4,
  'deal ' || md5(number::text),
  number,
  jsonb_build_object('number', number),
  case when number % 2000 = 0 then 'snow' else 'sun' end::crm.weather
from generate_series(1, 8000) as number;
"""

INDEXES = """
create index deal_amount on crm.deal (amount crm_leakproof.numeric_ops);
create index deal_title on crm.deal using gin (title crm_leakproof.gin_trgm_ops);
create index deal_title_prefix on crm.deal (title text_pattern_ops);
create index deal_lower on crm.deal using gin (crm_leakproof.lower(title) crm_leakproof.gin_trgm_ops);
create index deal_upper on crm.deal using gin (crm_leakproof.upper(title) crm_leakproof.gin_trgm_ops);
create index deal_words on crm.deal using gin (words crm_leakproof.tsvector_ops);
create index deal_attributes on crm.deal using gin (attributes crm_leakproof.jsonb_path_ops);
create index deal_number on crm.deal ((attributes operator(crm_leakproof.->>) 'number'));
create index deal_weather on crm.deal (weather crm_leakproof.enum_ops);
analyze crm.deal;
"""

CONDITIONS = {
    "amount >= 7990": "deal_amount",
    "amount between 70 and 80": "deal_amount",
    "title ilike '%C4CA4%'": "deal_title",
    "title like 'deal c4ca%'": "deal_title_prefix",
    "lower(title) like '%c4ca4%'": "deal_lower",
    "upper(deal.title::text) like upper('%c4ca4%')": "deal_upper",
    "words @@ to_tsquery('simple', 'c4ca4238a0b923820dcc509a6f75849b')": "deal_words",
    "attributes @> '{\"number\": 17}'": "deal_attributes",
    "attributes ->> 'number' = '17'": "deal_number",
    "weather = 'snow'": "deal_weather",
    "weather > 'rain'": "deal_weather",
}
"""Condition → the index it is looked up in; each fits a few of 8,000 deals."""

ASKED = "select id from crm.deal where {}"

PATH = "set search_path = crm_leakproof, pg_catalog, crm"


@dataclass(frozen=True)
class Company:
    """A database whose deals are searched."""

    database: Database
    administrator: psycopg.Connection
    alice: psycopg.Connection
    dave: psycopg.Connection


@pytest.fixture(scope="module")
def company(cluster_of: Callable[[str], Cluster]) -> Iterator[Company]:
    """Give one with the operators, and indexes for them."""
    with cluster_of("installed").database("installed") as database:
        administrator, _ = open_company(database, RIGHTS)
        administrator.execute(DEALS.encode())
        made = database.invoke(["leakproof"])
        assert made.exit_code == 0, made.stderr
        administrator.execute(INDEXES.encode())
        yield Company(database, administrator, database.connect("alice"), database.connect("dave"))


def planned(connection: psycopg.Connection, condition: str) -> str:
    """Return the plan of the deals that fulfil a condition."""
    rows = connection.execute(f"explain {ASKED.format(condition)}".encode())
    return "\n".join(row[0] for row in rows)


def found(connection: psycopg.Connection, condition: str) -> list[int]:
    """Return the keys of the deals that fulfil a condition."""
    return [row[0] for row in connection.execute(f"{ASKED.format(condition)} order by id".encode())]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_an_index_is_used(company: Company, condition: str) -> None:
    """By who reads a part as by who reads all, where the server's operator has none; and the same deals are found."""
    visible = {None: "true", company.alice: "owner_id = 1", company.dave: "true"}
    company.administrator.execute("reset search_path")
    expected = {asking: found(company.administrator, f"{condition} and {rows}") for asking, rows in visible.items()}

    for asking in (company.alice, company.dave):
        asking.execute("reset search_path")
        assert found(asking, condition) == expected[asking]
        asking.execute(PATH)
        assert found(asking, condition) == expected[asking]
        assert f"{CONDITIONS[condition]} " in planned(asking, condition)
    assert expected[company.dave]


def test_estimates_are_those_by_hand(company: Company) -> None:
    """Of the histogram, that the server sorted by its own operator; under a policy it is not used for that one."""
    company.dave.execute(PATH)
    guessed = {condition: estimate(company.dave, condition) for condition in ("amount >= 7990", "amount <= 20")}
    by_hand = {condition: estimate(company.administrator, condition) for condition in guessed}
    company.dave.execute("reset search_path")

    assert guessed == by_hand
    assert estimate(company.dave, "amount >= 7990") > 100 * by_hand["amount >= 7990"]


def estimate(connection: psycopg.Connection, condition: str) -> int:
    """Return how many deals the planner expects."""
    row = connection.execute(f"explain (format json) select from crm.deal where {condition}".encode()).fetchone()
    assert row is not None
    return int(row[0][0]["Plan"]["Plan Rows"])


PATTERNS = ("", "%", "_", "a%", "%a", "\\\\", "\\%", "a\\_", "\\\\%", "é_", "A%B", "%\\\\")
TEXTS = ("", "a", "A", "ab", "a_", "%", "\\", "éa", "aXb", "a\\")


def test_like_is_the_servers_and_never_fails(company: Company) -> None:
    """All forms give what the server's do; but where that fails, for texts that get so far, nothing fits."""
    both = """
        select text, pattern, text {0} pattern, text operator(crm_leakproof.{1}) pattern
        from unnest(%s::text[]) as text, unnest(%s::text[]) as pattern
    """
    for words, operator in (("like", "~~"), ("ilike", "~~*"), ("not like", "!~~"), ("not ilike", "!~~*")):
        for row in company.administrator.execute(both.format(words, operator).encode(), [list(TEXTS), list(PATTERNS)]):
            assert row[2] == row[3], row
        lone = f"select 'ab' operator(crm_leakproof.{operator}) $$a\\$$"
        assert company.administrator.execute(lone.encode()).fetchone() == (operator.startswith("!"),)
    with pytest.raises(psycopg.Error, match="must not end with escape character"):
        company.administrator.execute("select 'ab' like $$a\\$$")


ODD = {
    "numeric": ("NaN", "Infinity", "-Infinity", "0", "-0.00", "1e400", "1e-400"),
    "crm.weather": ("sun", "rain", "snow"),
    "jsonb": (
        "null",
        '""',
        "[]",
        "{}",
        "[[]]",
        '{"a": null}',
        '{"a": [1, "b"]}',
        '["a", null]',
        "1e400",
        '"\\ud83d\\ude00"',
    ),
    "tsvector": ("", "a", "a:1A b:2", "a:16383"),
    "tsquery": ("", "a", "a & !b", "a <-> b", "a:*", "!!a"),
}
"""Type → values that functions may stumble on."""

PAIRS = """
select operator.oprname, operator.oprleft::regtype::text, operator.oprright::regtype::text
from pg_operator as operator
where operator.oprnamespace = 'crm_leakproof'::regnamespace
order by operator.oid
"""


def test_they_are_the_servers_and_never_fail(company: Company) -> None:
    """Of every pair of odd values, with the operator of the server beside it."""
    tried = 0
    for name, *types in company.administrator.execute(PAIRS).fetchall():
        left, right = ("crm.weather" if each == "anyenum" else each for each in types)
        if not {left, right} <= ODD.keys():
            continue
        asked = ", ".join(
            f"x::{left} operator({schema}.{name}) y::{right}" for schema in ("crm_leakproof", "pg_catalog")
        )
        query = f"select x, y, {asked} from unnest(%s::text[]) as x, unnest(%s::text[]) as y"  # noqa: S608 - no values in it
        for row in company.administrator.execute(query.encode(), [list(ODD[left]), list(ODD[right])]):
            assert row[2] == row[3], (name, row)
            tried += 1
    assert tried > 500


def test_what_they_tell(company: Company) -> None:
    """With an index, EXPLAIN tells that a hidden deal has an amount; without one, the policy comes first."""
    company.administrator.execute("update crm.deal set margin = amount")
    company.alice.execute(PATH)

    def told(condition: str) -> str:
        query = (
            f"explain (analyze, costs off, timing off, summary off, buffers off) select from crm.deal where {condition}"
        )
        plan = "\n".join(row[0] for row in company.alice.execute(query.encode()))
        return re.sub(r"'\d+'|\d+ ?kB", "", plan)

    assert told("amount = 6001") != told("amount = 600001")
    assert told("probability is null and amount = 6001") != told("probability is null and amount = 600001")
    assert told("margin = 6001") == told("margin = 600001")


def test_again_and_undone(company: Company) -> None:
    """It makes what is missing, and drops nothing that somebody's index rests on."""
    database, administrator = company.database, company.administrator
    assert database.invoke(["leakproof", "--check"]).exit_code == 0
    assert "nothing to do" in database.invoke(["leakproof"]).stderr
    administrator.execute("drop operator family crm_leakproof.jsonb_ops using gin cascade")
    administrator.execute("alter function crm_leakproof.upper(text) not leakproof")
    checked = database.invoke(["leakproof", "--check"])
    assert checked.exit_code == 1
    assert "create operator class crm_leakproof.jsonb_ops" in checked.stdout
    for statement in database.invoke(["leakproof"]).stdout.split(";\n")[:-1]:
        assert statement.startswith(("create or replace function crm_leakproof.upper", "create operator class"))

    refused = database.invoke(["leakproof", "--undo"])

    assert refused.exit_code == 2
    assert "index crm.deal_amount rests on schema crm_leakproof: drop it first" in refused.stderr
    assert "deal_lower" in refused.stderr
    assert "there are leakproof operators" in database.invoke(["uninstall", "--yes"]).stderr
    state = json.loads(database.invoke(["leakproof", "--json"]).stdout)
    assert (state["schema_version"], state["complete"]) == (1, True)


def test_what_the_others_say(company: Company) -> None:
    """Doctor knows our functions from others', and names the indexes; verify finds no difference; harden refuses."""
    database, administrator = company.database, company.administrator
    notes = {each.kind: each for each in examine(administrator, {"leakproof", "leakproof operators"}).findings}
    assert notes.keys() == {"leakproof operators"}
    (indexed,) = (each for each in examine(administrator, {"indexed values"}).findings if each.object == "crm.deal")
    for column in ("amount", "attributes", "title", "weather", "words"):
        assert column in indexed.what
    administrator.execute(
        "create or replace function crm_leakproof.lower(text) returns text language internal"
        " immutable strict leakproof parallel safe as 'upper'"
    )
    (changed,) = examine(administrator, {"leakproof"}).findings
    assert (changed.severity, changed.object) == ("error", "crm_leakproof.lower(text)")
    assert database.invoke(["leakproof"]).exit_code == 0
    assert examine(administrator, {"leakproof"}).findings == ()

    refused = database.invoke(["harden"])

    assert refused.exit_code == 2
    assert "rowlock leakproof --undo" in refused.stderr


def test_every_command_with_them_in_front(company: Company) -> None:
    """A database, or whoever owns the rights, may have them in the search path."""
    name = company.database.name
    company.administrator.execute(f"alter database {name} set search_path = crm_leakproof, pg_catalog, crm".encode())
    try:
        verified = company.database.invoke(["verify"])
        assert "crm_leakproof" not in verified.stdout + verified.stderr
        assert company.database.invoke(["plan"]).exit_code == 0
        assert company.database.invoke(["leakproof", "--check"]).exit_code == 0
    finally:
        company.administrator.execute(f"alter database {name} reset search_path".encode())
