"""Attacks on bulk: importing beyond one's level, seeing what others import, creating more than a budget allows, and the log.

mallory and bob may create every invoice, and import their own; nobody but the director may import products.
"""

from __future__ import annotations

from typing import LiteralString

from tests.attacks.attack import attack, statements
from tests.attacks.ground import Ground, Session

TO: LiteralString = "insert into crm_import.invoice (title, owner_id) values ('planted', %s)"

statements(
    "imports",
    what="do more with an import table than fill it",
    texts={
        "read-what-is-imported": "select * from crm_import.invoice",
        "count-what-is-imported": "select count(*) from crm_import.invoice",
        "empty-what-is-imported": "delete from crm_import.invoice",
        "change-what-is-imported": "update crm_import.invoice set title = 'x'",
        "truncate-what-is-imported": "truncate crm_import.invoice",
        "lock-an-import-table": "lock table crm_import.invoice in access exclusive mode",
        "watch-an-import-table": "create trigger mine before update on crm_import.invoice"
        " for each row execute function suppress_redundant_updates_trigger()",
    },
)

MANY: dict[str, LiteralString] = {
    "create-many-by-select": "insert into crm.invoice (title) select 'x' from generate_series(1, 4)",
    "create-many-by-values": "insert into crm.invoice (title) values ('x'), ('x'), ('x'), ('x')",
    "create-many-without-conflict": "insert into crm.invoice (title) select 'x' from generate_series(1, 4)"
    " on conflict do nothing",
    "create-many-by-merge": "merge into crm.invoice using generate_series(1, 4) on false"
    " when not matched then insert (title) values ('x')",
    "create-many-in-a-cte": "with x as (insert into crm.invoice (title) select 'x' from generate_series(1, 4)"
    " returning 1) table x",
    "create-many-prepared": "prepare many as insert into crm.invoice (title) select 'x' from generate_series(1, 4);"
    " execute many",
}

statements("imports", what="create more by one statement than who may not import them", texts=MANY)

statements(
    "imports",
    what="create many by saying that one imports",
    texts={
        "create-many-as-an-import": "set rowlock.import = 'on'; insert into crm.invoice (title)"
        " select 'x' from generate_series(1, 4)"
    },
)

statements(
    "imports",
    what="import without the right",
    texts={"import-without-the-right": "insert into crm_import.product (name) values ('planted')"},
)

statements(
    "imports",
    what="choose a key in an import",
    texts={"import-a-key": "insert into crm_import.invoice (id, title, owner_id) values (7, 'x', 1)"},
)

statements(
    "imports",
    what="write the log by hand",
    texts={
        "write-into-the-log": "insert into rls.bulk_log (login, entity, kind, rows, what)"
        " values ('bob', 'deal', 'import', 1, 'x')",
        "take-an-entry-back": "delete from rls.bulk_log",
        "correct-an-entry": "update rls.bulk_log set rows = 0",
    },
)


def _planted(session: Session, ground: Ground) -> bool:
    """Tell whether a record that is dave's can be imported."""
    return session.run(TO, [ground.person("dave")]) > 0


@attack("imports")
def read_what_one_imports(ground: Ground) -> bool:
    """Have an import return what it takes."""
    return ground.mallory().run(f"{TO} returning title", [ground.person("mallory")]) > 0


@attack("imports")
def find_a_conflict_in_an_import(ground: Ground) -> bool:
    """Run into what somebody else imports just now."""
    text: LiteralString = f"{TO} on conflict (title) do update set comment = 'found'"
    return ground.mallory().run(text, [ground.person("mallory")]) > 0


@attack("imports")
def import_beyond_ones_level(ground: Ground) -> bool:
    """Import a record that one may create, and not import."""
    return _planted(ground.mallory(), ground)


@attack("imports")
def import_beyond_ones_level_by_copy(ground: Ground) -> bool:
    """Do the same by COPY, behind a record of one's own."""
    with ground.mallory().connection.cursor().copy("copy crm_import.invoice (title, owner_id) from stdin") as copy:
        for login in ("mallory", "dave"):
            copy.write_row((f"planted, {login}", ground.person(login)))
    return True


@attack("imports")
def import_without_saying_so(ground: Ground) -> bool:
    """Take back the setting that says that one imports."""
    mallory = ground.mallory()
    mallory.run("set rowlock.import = ''")
    return _planted(mallory, ground)


@attack("imports")
def import_by_another_search_path(ground: Ground) -> bool:
    """Import with a search_path of one's own."""
    mallory = ground.mallory()
    mallory.run("set search_path = pg_temp, crm")
    return _planted(mallory, ground)


@attack("imports")
def import_to_a_hidden_parent(ground: Ground) -> bool:
    """Import an activity on a colleague's deal that says it is on one's own."""
    text: LiteralString = (
        "insert into crm_import.activity (deal_id, subject, parent_owner_id) values (%s, 'planted', %s)"
    )
    return ground.mallory().run(text, [ground.hidden["deal"], ground.person("mallory")]) > 0


@attack("imports")
def create_more_than_a_window_allows(ground: Ground) -> bool:
    """Create a few records at a time, and roll each time back."""
    bob = ground.login("bob")
    for _ in range(25):
        bob.run("savepoint here")
        bob.run("insert into crm.invoice (title) select 'x' from generate_series(1, 3)")
        bob.run("rollback to here")
    return True


@attack("imports")
def forge_an_entry_of_the_log(ground: Ground) -> bool:
    """Hang the trigger that writes the log on a table of one's own."""
    tess = ground.login("tess")
    tess.run("create temporary table mine (x int); grant all on mine to public")
    tess.run(
        "create trigger forge after insert on mine referencing new table as made"
        " for each statement execute function rls.log_import('invoice', 'forged')"
    )
    return tess.run("insert into mine values (1)") > 0
