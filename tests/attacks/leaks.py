"""Operators and functions that meet hidden rows, and tell."""

from __future__ import annotations

from tests.attacks.attack import attack, readings
from tests.attacks.ground import Ground

readings(
    "oracles",
    "B09",
    "B25",
    what="have an operator fail on a hidden row, so that its message tells the value",
    texts={
        "fail-cast": "select 1 from crm.deal where title not like 'own%' and title::int = 1",
        "fail-cast-of-date": "select 1 from crm.deal where title not like 'own%' and (closed_on::text || 'x')::int = 1",
        "fail-cast-in-order": "select 1 from crm.deal where title not like 'own%' order by title::int",
        "fail-by-case": "select case when title like 'HID%' then title::int end from crm.deal",
        "fail-in-join": "select 1 from crm.deal a join crm.deal b on a.title::int = b.id where a.title not like 'own%'",
        "fail-in-aggregate": "select max(title::int) from crm.deal where title like 'H%'",
        "fail-in-returning": "update crm.deal set code = 'x' where title like 'H%' returning title::int",
        "fail-in-set": "update crm.deal set probability = title::int where title not like 'own%'",
    },
)


@attack("oracles", "B09")
def fail_by_division(ground: Ground) -> bool:
    """Divide by zero where a hidden row holds the value guessed."""
    mallory = ground.mallory()
    amount = ground.truth("select amount from crm.deal where title = 'HIDDEN deal of dave'")
    error = mallory.error("select 1 from crm.deal where 1 / (amount - %s) > 0", [amount])
    return "division by zero" in str(error)


@attack("oracles", "B10")
def a_cheap_function(ground: Ground) -> bool:
    """Have a function of one's own, cheaper than any policy, print the rows it meets."""
    tess = ground.login("tess")
    tess.run(
        "create function pg_temp.peek(text) returns boolean language plpgsql cost 0.0000001 as"
        " $$ begin raise notice '%', $1; return true; end $$"
    )
    return tess.sees("select 1 from crm.deal where pg_temp.peek(title)")


@attack("oracles", "B10", control="superuser")
def a_leakproof_function(ground: Ground) -> bool:
    """Declare it leakproof."""
    return ground.mallory().tries(
        "create function pg_temp.peek(text) returns boolean language sql leakproof return true"
    )


@attack("oracles", "B10")
def a_cheap_operator(ground: Ground) -> bool:
    """Do the same as an operator."""
    tess = ground.login("tess")
    tess.run(
        "create function pg_temp.peek(text, text) returns boolean language plpgsql cost 0.0000001 as"
        " $$ begin raise notice '%', $1; return true; end $$"
    )
    tess.run("create operator pg_temp.<<< (leftarg = text, rightarg = text, function = pg_temp.peek)")
    return tess.sees("select 1 from crm.deal where title operator(pg_temp.<<<) ''")


@attack("oracles", "B10")
def a_cheap_function_in_a_join(ground: Ground) -> bool:
    """Do the same in the condition of an outer join."""
    tess = ground.login("tess")
    tess.run(
        "create function pg_temp.peek(text) returns boolean language plpgsql cost 0.0000001 as"
        " $$ begin raise notice '%', $1; return true; end $$"
    )
    return tess.sees("select 1 from (values (1)) x left join crm.deal on pg_temp.peek(title)")


@attack("oracles", "B10")
def a_cheap_function_in_an_update(ground: Ground) -> bool:
    """Do the same in an UPDATE."""
    tess = ground.login("tess")
    tess.run(
        "create function pg_temp.peek(text) returns boolean language plpgsql cost 0.0000001 as"
        " $$ begin raise notice '%', $1; return true; end $$"
    )
    return tess.sees("update crm.deal set code = 'x' where pg_temp.peek(title)")
