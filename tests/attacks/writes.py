"""Changing, taking or making records one may not."""

from __future__ import annotations

from typing import LiteralString

from tests.attacks.attack import Attack, attack, register, statements
from tests.attacks.ground import Ground

TOUCHING: dict[str, tuple[LiteralString, LiteralString]] = {
    "update-without-where": ("C37", "update crm.ticket set priority = 'low'"),
    "update-by-chance": ("C37", "update crm.ticket set priority = 'low' where random() < 2"),
    "update-returning-nothing": ("C37", "update crm.ticket set priority = 'low' returning 1"),
    "update-merge-on-true": (
        "C37",
        "merge into crm.ticket using (values (1)) as one on true when matched then update set priority = 'low'",
    ),
    "update-from-a-list": ("C37", "update crm.ticket set priority = 'low' from (values (1)) as one"),
    "update-in-a-cte": ("C37", "with x as (update crm.ticket set priority = 'low' returning 1) select x.* from x"),
    "delete-without-where": ("C37", "delete from crm.ticket"),
    "delete-by-chance": ("C37", "delete from crm.ticket where random() < 2"),
    "delete-merge-on-true": (
        "C37",
        "merge into crm.ticket using (values (1)) as one on true when matched then delete",
    ),
    "delete-leads-without-where": ("C37", "delete from crm.lead"),
    "update-deals-without-where": ("C37", "update crm.deal set code = 'x'"),
    "update-children-without-where": ("C37", "update crm.activity set is_done = false"),
    "delete-children-without-where": ("C37", "delete from crm.activity"),
}
"""What touches every row the write policy admits, without reading any."""


def _touches(name: str, row: str, text: LiteralString) -> None:
    def attempt(ground: Ground) -> bool:
        table = text.partition("crm.")[2].split()[0]
        return ground.mallory().run(text) > (51 if table == "deal" else 1)

    register(Attack(name, "write paths", f"touch rows one may not read: `{text}`", attempt, (row,)))


for _name, (_row, _text) in TOUCHING.items():
    _touches(_name, _row, _text)


@attack("write paths")
def update_a_hidden_row(ground: Ground) -> bool:
    """Change a colleague's deal by its key."""
    return ground.mallory().run("update crm.deal set title = 'mine' where id = %s", [ground.hidden["deal"]]) > 0


@attack("write paths")
def take_a_hidden_row(ground: Ground) -> bool:
    """Make a colleague's deal one's own."""
    values = [ground.person("mallory"), ground.hidden["deal"]]
    return ground.mallory().run("update crm.deal set owner_id = %s where id = %s", values) > 0


@attack("write paths")
def delete_a_hidden_row(ground: Ground) -> bool:
    """Delete a colleague's ticket by its key."""
    return ground.mallory().run("delete from crm.ticket where id = %s", [ground.hidden["ticket"]]) > 0


@attack("write paths")
def give_a_record_away(ground: Ground) -> bool:
    """Foist one's own deal on somebody outside one's reach."""
    values = [ground.person("dave"), ground.own["deal"]]
    return ground.mallory().run("update crm.deal set owner_id = %s where id = %s", values) > 0


@attack("write paths")
def give_a_record_to_nobody(ground: Ground) -> bool:
    """Make one's own deal nobody's."""
    return ground.mallory().run("update crm.deal set owner_id = null where id = %s", [ground.own["deal"]]) > 0


@attack("write paths")
def make_a_record_for_another(ground: Ground) -> bool:
    """Make a deal that is dave's."""
    text: LiteralString = "insert into crm.deal (owner_id, title) values (%s, 'planted') returning 1"
    return ground.mallory().run(text, [ground.person("dave")]) > 0


@attack("write paths")
def make_a_record_for_another_quietly(ground: Ground) -> bool:
    """Do the same without RETURNING, which asks the SELECT policies."""
    return ground.mallory().run("insert into crm.deal (owner_id, title) values (%s, 'x')", [ground.person("dave")]) > 0


@attack("write paths", control="naive")
def merge_for_another(ground: Ground) -> bool:
    """Make a deal that is dave's by MERGE."""
    text: LiteralString = (
        "merge into crm.deal using (select %s::int as owner) as x on false"
        " when not matched then insert (owner_id, title) values (x.owner, 'x')"
    )
    return ground.mallory().run(text, [ground.person("dave")]) > 0


@attack("write paths", "A01")
def the_owner_reads(ground: Ground) -> bool:
    """Read as the tables' owner, whose membership whoever installs without being a superuser has."""
    return ground.login("deployer").sees("select title from crm.deal")


@attack("write paths", "A01")
def the_owner_deletes(ground: Ground) -> bool:
    """Delete as the tables' owner."""
    return ground.login("deployer").run("delete from crm.ticket") > 0


@attack("write paths")
def lock_hidden_rows(ground: Ground) -> bool:
    """Lock what one may not change."""
    return bool(ground.mallory().rows("select 1 from crm.deal where id = %s for update", [ground.hidden["deal"]]))


@attack("write paths")
def share_hidden_rows(ground: Ground) -> bool:
    """Lock what one may only read."""
    hidden = ground.truth("select id from crm.lead where title = 'own lead of bob'")
    return bool(ground.mallory().rows("select 1 from crm.lead where id = %s for share", [hidden]))


@attack("write paths", "B29")
def copy_in(ground: Ground) -> bool:
    """Bring rows of others in by COPY, which asks no policy."""
    mallory = ground.mallory()
    with mallory.connection.cursor() as cursor, cursor.copy("copy crm.deal (owner_id, title) from stdin") as copy:
        copy.write(f"{ground.person('dave')}\tplanted\n")
    return True


@attack("write paths")
def attach_to_a_hidden_parent(ground: Ground) -> bool:
    """Write an activity on a colleague's deal."""
    text: LiteralString = "insert into crm.activity (deal_id, subject) values (%s, 'planted')"
    return ground.mallory().run(text, [ground.hidden["deal"]]) > 0


@attack("write paths")
def move_to_a_hidden_parent(ground: Ground) -> bool:
    """Move one's own activity to a colleague's deal."""
    values = [ground.hidden["deal"], ground.own["activity"]]
    return ground.mallory().run("update crm.activity set deal_id = %s where id = %s", values) > 0


@attack("write paths")
def forge_what_is_carried(ground: Ground) -> bool:
    """Write an activity on a colleague's deal that says it is on one's own."""
    text: LiteralString = "insert into crm.activity (deal_id, subject, parent_owner_id) values (%s, 'planted', %s)"
    return ground.mallory().run(text, [ground.hidden["deal"], ground.person("mallory")]) > 0


@attack("write paths")
def forge_what_is_carried_later(ground: Ground) -> bool:
    """Hand an activity on one's own deal to somebody else by what it carries."""
    values = [ground.person("dave"), ground.own["activity"]]
    return ground.mallory().run("update crm.activity set parent_owner_id = %s where id = %s", values) > 0


@attack("write paths")
def keep_the_children(ground: Ground) -> bool:
    """Go on reading what belongs to a deal that was handed to somebody else."""
    move: LiteralString = "update crm.deal set owner_id = (select id from crm.person where login = "
    which: LiteralString = ") where title = 'own deal of mallory'"
    with ground.meanwhile(move + "'dave'" + which, move + "'mallory'" + which):
        return bool(ground.mallory().rows("select from crm.activity where id = %s", [ground.own["activity"]]))


statements(
    "write paths",
    "A03",
    what="take the whole table",
    texts={"truncate": "truncate crm.activity"},
)

statements(
    "write paths",
    what="change what policies stand on",
    control="superuser",
    texts={
        "disable-row-security": "alter table crm.deal disable row level security",
        "lift-force": "alter table crm.deal no force row level security",
        "add-a-policy": "create policy mine on crm.deal using (true)",
        "alter-a-policy": "alter policy manager_reads on crm.deal using (true)",
        "drop-a-policy": "drop policy manager_reads on crm.deal",
        "disable-triggers": "alter table crm.deal disable trigger all",
        "skip-triggers": "set session_replication_role = replica",
        "rewrite-by-rule": "create rule mine as on insert to crm.deal do also nothing",
        "default-to-ones-own": "alter table crm.deal alter owner_id set default 1",
        "take-the-table": "alter table crm.deal owner to mallory",
        "rename-the-table": "alter table crm.deal rename to deal2",
        "own-what-the-role-owns": "reassign owned by crm_owner to mallory",
        "drop-what-the-owner-owns": "drop owned by crm_rls_owner cascade",
        "truncate-cascade": "truncate crm.deal cascade",
        "drop-the-table": "drop table crm.ticket cascade",
        "column-of-ones-own": "alter table crm.deal add column mine text",
        "write-through-a-view": "create view crm.everything with (security_barrier) as select * from crm.deal",
    },
)


def _drops_owned(who: str, role: str) -> None:
    def attempt(ground: Ground) -> bool:
        session = ground.login(who)
        count: LiteralString = "select count(*) from pg_policies"
        before = session.value(count)
        session.run(f"drop owned by {role}")
        return bool(session.value(count) < before)

    what = f"say DROP OWNED BY {role} as a member of it, which drops the role's policies, whoever owns the tables"
    register(Attack(f"drop-owned-by-{role.removeprefix('crm_').replace('_', '-')}", "write paths", what, attempt))


for _who, _member in (("mallory", "crm_manager"), ("mallory", "crm_guest"), ("carol", "crm_director")):
    _drops_owned(_who, _member)
