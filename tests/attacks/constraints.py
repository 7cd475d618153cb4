"""What keys, foreign keys and checks tell, and what they do."""

from __future__ import annotations

from typing import LiteralString

import psycopg

from tests.attacks.attack import attack
from tests.attacks.ground import Ground

ABSENT = 999_999_999


def _differ(ground: Ground, text: LiteralString, hidden: object, absent: object) -> bool:
    """Tell whether a statement answers differently for a hidden and an absent value."""
    mallory = ground.mallory()
    errors = [mallory.error(text, {"value": value, "me": ground.person("mallory")}) for value in (hidden, absent)]
    return _kind(errors[0]) != _kind(errors[1])


def _kind(error: psycopg.Error | None) -> object:
    return error and (error.sqlstate, error.diag.constraint_name)


@attack("constraints", "B01", "B02", control="naive")
def a_taken_address(ground: Ground) -> bool:
    """Learn from a unique key that somebody's contact has an address."""
    text: LiteralString = "insert into crm.contact (owner_id, name, email) values (%(me)s, 'x', %(value)s)"
    return _differ(ground, text, "dave@contact.example", "nobody@contact.example")


@attack("constraints", "B02")
def a_silent_conflict(ground: Ground) -> bool:
    """Learn the same quietly, by ON CONFLICT DO NOTHING."""
    text: LiteralString = "insert into crm.contact (owner_id, name, email) values (%s, 'x', 'dave@contact.example') on conflict do nothing"
    return ground.mallory().run(text, [ground.person("mallory")]) == 0


@attack("constraints", "B03", control="policies")
def a_conflict_that_updates(ground: Ground) -> bool:
    """Learn the same by ON CONFLICT DO UPDATE."""
    text: LiteralString = (
        "insert into crm.contact (owner_id, name, email) values (%(me)s, 'x', %(value)s)"
        " on conflict (email) do update set name = 'y'"
    )
    return _differ(ground, text, "dave@contact.example", "nobody@contact.example")


@attack("constraints", "B26")
def wait_for_a_hidden_key(ground: Ground) -> bool:
    """Learn by waiting that somebody is writing the same address just now."""
    text: LiteralString = "insert into crm.contact (owner_id, name, email) values (%s, 'x', 'new@contact.example')"
    dave = ground.login("dave")
    dave.run(text, [ground.person("dave")])
    mallory = ground.mallory()
    mallory.run("set local lock_timeout = '50ms'")
    error = mallory.error(text, [ground.person("mallory")])
    return isinstance(error, psycopg.errors.LockNotAvailable)


@attack("constraints", "B04")
def choose_a_key(ground: Ground) -> bool:
    """Make a record with the key of a hidden one, to learn that it exists."""
    text: LiteralString = (
        "insert into crm.deal (id, owner_id, title) overriding system value values (%(value)s, %(me)s, 'x')"
    )
    return _differ(ground, text, ground.hidden["deal"], ABSENT)


@attack("constraints", "B04")
def choose_the_next_key(ground: Ground) -> bool:
    """Take a key that is yet to come, so that the next record of anybody's fails."""
    text: LiteralString = "insert into crm.deal (id, owner_id, title) overriding system value values (%s, %s, 'x')"
    return ground.mallory().run(text, [ABSENT, ground.person("mallory")]) > 0


@attack("constraints", "B04")
def change_a_key(ground: Ground) -> bool:
    """Give one's own record another key."""
    return ground.mallory().run("update crm.deal set id = default where title = 'own'") > 0


@attack("constraints", "B03", "B04", control="none")
def on_conflict_where(ground: Ground) -> bool:
    """Ask a hidden row's value in ON CONFLICT DO UPDATE WHERE (open before 15.20, 16.16, 17.12 and 18.7)."""
    text: LiteralString = (
        "insert into crm.deal (id, owner_id, title) overriding system value values (%(deal)s, %(me)s, 'x')"
        " on conflict (id) do update set code = 'x' where deal.closed_on = %(value)s"
    )
    mallory = ground.mallory()
    values = {"deal": ground.hidden["deal"], "me": ground.person("mallory")}
    guesses = ("2031-07-19", "1999-01-01")
    return len({_kind(mallory.error(text, values | {"value": guess})) for guess in guesses}) == 2


@attack("constraints", "B03", "B04", control="none")
def on_conflict_where_it_fails(ground: Ground) -> bool:
    """Have the WHERE of ON CONFLICT print a hidden row's value in an error."""
    text: LiteralString = (
        "insert into crm.deal (id, owner_id, title) overriding system value values (%(deal)s, %(me)s, 'x')"
        " on conflict (id) do update set code = 'x' where deal.title::int = 1"
    )
    error = ground.mallory().error(text, {"deal": ground.hidden["deal"], "me": ground.person("mallory")})
    return "HIDDEN" in str(error)


@attack("constraints", "B05")
def refer_to_a_hidden_record(ground: Ground) -> bool:
    """Learn from a foreign key that a contact exists: a hidden one is accepted, an absent one is not."""
    text: LiteralString = "insert into crm.deal (owner_id, title, contact_id) values (%(me)s, 'x', %(value)s)"
    return _differ(ground, text, ground.hidden["contact"], ABSENT)


@attack("constraints", "B05")
def refer_to_a_hidden_record_later(ground: Ground) -> bool:
    """Learn the same by updating."""
    text: LiteralString = "update crm.deal set company_id = %(value)s where title = 'own deal of mallory'"
    return _differ(ground, text, ground.hidden["company"], ABSENT)


@attack("constraints", "B05")
def attach_ones_deal_to_a_hidden_company(ground: Ground) -> bool:
    """Attach one's own deal to a company one may not see."""
    values = [ground.person("mallory"), ground.hidden["company"]]
    text: LiteralString = "insert into crm.deal (owner_id, title, company_id) values (%s, 'x', %s)"
    return ground.mallory().run(text, values) > 0


@attack("constraints", "B05")
def refer_to_a_hidden_record_of_another_kind(ground: Ground) -> bool:
    """Learn the same of a lead, from a ticket's deal, and of a company above one's own."""
    return any(
        _differ(ground, text, ground.hidden[kind], ABSENT)
        for kind, text in (
            ("deal", "insert into crm.ticket (owner_id, title, deal_id) values (%(me)s, 'x', %(value)s)"),
            ("lead", "insert into crm.deal (owner_id, title, lead_id) values (%(me)s, 'x', %(value)s)"),
            ("company", "update crm.company set parent_company_id = %(value)s where name like 'own %%'"),
        )
    )


@attack("constraints", "B05")
def refer_to_a_hidden_parent(ground: Ground) -> bool:
    """Learn from a child's foreign key that a deal exists."""
    text: LiteralString = "insert into crm.activity (deal_id, subject) values (%(value)s, 'x')"
    return _differ(ground, text, ground.hidden["deal"], ABSENT)


@attack("constraints", "B05")
def move_to_a_hidden_or_absent_parent(ground: Ground) -> bool:
    """Learn the same by moving a child."""
    text: LiteralString = "update crm.activity set deal_id = %(value)s where subject = 'own activity of mallory'"
    return _differ(ground, text, ground.hidden["deal"], ABSENT)


@attack("constraints", "B06", "B07", control="none")
def delete_what_hidden_records_refer_to(ground: Ground) -> bool:
    """Learn from a foreign key that a hidden record refers to one's own."""
    company: LiteralString = "(select id from crm.company where name = 'own company of mallory')"
    with ground.meanwhile(
        "update crm.deal set company_id = " + company + " where title = 'HIDDEN deal of dave'",
        "update crm.deal set company_id = (select id from crm.company where name = 'HIDDEN company of dave')"
        " where title = 'HIDDEN deal of dave'",
    ):
        mallory = ground.mallory()
        mallory.run("delete from crm.activity")
        mallory.run("delete from crm.deal where company_id is not null")
        mallory.run("update crm.contact set company_id = null")
        error = mallory.error("delete from crm.company where name = 'own company of mallory'")
        return isinstance(error, psycopg.errors.ForeignKeyViolation)


@attack("constraints", "B07")
def delete_by_cascade(ground: Ground) -> bool:
    """Delete a record of one's own that a hidden one refers to, and the hidden one with it."""
    company: LiteralString = "(select id from crm.company where name = 'own company of mallory')"
    with ground.meanwhile(
        "update crm.ticket set company_id = " + company + " where title = 'HIDDEN ticket of dave'",
        "update crm.ticket set company_id = null where title = 'HIDDEN ticket of dave'",
    ):
        mallory = ground.mallory()
        mallory.run("delete from crm.activity")
        mallory.run("delete from crm.deal where company_id is not null")
        mallory.run("update crm.contact set company_id = null")
        return mallory.run("delete from crm.company where name = 'own company of mallory'") > 0


@attack("constraints", "B08")
def a_row_that_fails(ground: Ground) -> bool:
    """Have a check constraint print a row with the columns one may not see."""
    error = ground.mallory().error("update crm.deal set currency = 'x' where title like 'own %'")
    return "31337" in str(error and error.diag.message_detail)


@attack("constraints", "B08")
def a_null_that_fails(ground: Ground) -> bool:
    """Do the same with a column that must not be null."""
    error = ground.mallory().error("update crm.deal set title = null where title like 'own %'")
    return "31337" in str(error and error.diag.message_detail)


@attack("constraints", "B06", control="none")
def the_text_of_a_violation(ground: Ground) -> bool:
    """Read in a foreign key's message more than one wrote oneself."""
    text: LiteralString = "insert into crm.deal (owner_id, title, product_id) values (%s, 'x', %s)"
    error = ground.mallory().error(text, [ground.person("mallory"), ABSENT])
    return "HIDDEN" in str(error)
