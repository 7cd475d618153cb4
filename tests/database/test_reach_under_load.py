"""Several sessions change one organisation at once, by a seeded schedule: it ends as a refresh would have it.

``ROWLOCK_LONG=1``: for as long as ``ROWLOCK_LONG_SECONDS`` says, five minutes by default.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.database.organisations import check_derived
from tests.fixtures.database import Database

LONG = os.environ.get("ROWLOCK_LONG") == "1"
SECONDS = float(os.environ.get("ROWLOCK_LONG_SECONDS", "300"))
SESSIONS = 5
STEPS = 12
LOGINS = 200

COMPANY = """
insert into crm.department (name, parent_id) select 'D' || n, nullif(n / 3, 0) from generate_series(1, 30) n;
insert into crm.person (login, name, key)
select 'w' || n, 'W', case when n % 5 = 0 then 'k' || n end from generate_series(1, 60) n;
insert into crm.department_member select 1 + id % 30, id from crm.person;
insert into rls.role values ('manager', 'crm_manager'), ('auditor', 'crm_auditor');
insert into crm.person_group (name) values ('G')
"""

CHANGES = {
    "hire": "insert into crm.person (login, name) values ('w{a}', 'W')",
    "hire some": """
        insert into crm.person (login, name)
        select 'w' || n, 'W' from generate_series({a}, least({a} + 9, 200)) n
        where not exists (select from crm.person where login = 'w' || n)
    """,
    "move": "update crm.department_member set department_id = {c} where person_id = {a}",
    "join": "insert into crm.department_member values ({c}, {a})",
    "leave": "delete from crm.department_member where person_id = {a} and department_id % 2 = {c} % 2",
    "dismiss or take back": "update crm.person set is_active = not is_active where id = {a}",
    "another login": "update crm.person set login = case when login is null then 'w{b}' end where id = {a}",
    "another key": "update crm.person set key = 'n{b}' where id = {a}",
    "a department moves": "update crm.department set parent_id = nullif({d}, {c}) where id = {c}",
    "a department comes": "insert into crm.department (name, parent_id) values ('N{b}', {c})",
    "assign": "insert into rls.assignment (role, principal_kind, principal_id) values ('{role}', '{kind}', {c})",
    "unassign": "delete from rls.assignment where principal_id % 4 = {c} % 4",
    "to everyone": "insert into rls.assignment (role, principal_kind) values ('{role}', 'everyone')",
    "join a group": "insert into crm.person_group_member values (1, {a}) on conflict do nothing",
    "roles on time": "update rls.role set timed = not timed where name = '{role}'",
    "everything anew": "select rls.refresh()",
}

REFUSED = (psycopg.errors.IntegrityError, psycopg.errors.SerializationFailure)
"""What a change may say: somebody else was quicker, or there is no such thing."""


@pytest.fixture
def company(database: Database) -> psycopg.Connection:
    """Give the administrator's connection to sixty people in thirty departments."""
    connection = database.connect()
    connection.execute(";".join(f"create role w{number} login" for number in range(1, LOGINS + 1)))
    connection.execute("set role crm_rls_owner; create role crm_manager; create role crm_auditor; reset role")
    connection.execute(COMPANY.encode())
    return connection


def test_many_change_the_organisation_at_once(company: psycopg.Connection, database: Database) -> None:
    """Alone or several in a transaction, committed or not; nothing deadlocks, and nothing is left undone."""
    seed = random.SystemRandom().randrange(10**6) if LONG else 1
    until = time.monotonic() + (SECONDS if LONG else 0)
    with ThreadPoolExecutor(SESSIONS) as sessions:
        done: Counter[str] = Counter()
        while True:
            seeds = range(seed, seed + SESSIONS)
            for counts in sessions.map(lambda mine: _change(database, mine), seeds):
                done += counts
            check_derived(company)
            seed += SESSIONS
            if time.monotonic() >= until:
                break
    assert done["done"] > done["refused"] > 0, f"{done}, last seed {seed}"
    assert done["rolled back"] > 0


def _change(database: Database, seed: int) -> Counter[str]:
    """Make some random changes; return how many were made, refused, and taken back again."""
    chance, counts = random.Random(seed), Counter[str]()
    with database.connect(autocommit=False) as connection:
        for _ in range(STEPS):
            try:
                with connection.transaction(force_rollback=chance.random() < 0.2) as transaction:
                    for _ in range(chance.choice((1, 1, 1, 2, 4))):
                        connection.execute(_statement(chance))
                counts["rolled back" if transaction.force_rollback else "done"] += 1
            except REFUSED:
                counts["refused"] += 1
    return counts


def _statement(chance: random.Random) -> bytes:
    values = {
        "a": chance.randint(1, 120),
        "b": chance.randint(1, LOGINS),
        "c": chance.randint(1, 30),
        "d": chance.randint(1, 30),
        "role": chance.choice(("manager", "auditor")),
        "kind": chance.choice(("person", "department", "subdepartments", "group")),
    }
    return chance.choice(sorted(CHANGES.values())).format(**values).encode()
