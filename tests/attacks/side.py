"""Side channels: what the catalogue, locks, notifications and the clock tell."""

from __future__ import annotations

from tests.attacks.attack import attack, readings
from tests.attacks.ground import Ground

readings(
    "side channels",
    "B22",
    what="find something of a row in the catalogue",
    control="none",
    texts={
        "catalogue-policies": "select polqual::text, pg_get_expr(polqual, polrelid) from pg_policy",
        "catalogue-functions": "select prosrc, prosqlbody::text from pg_proc where pronamespace = 'rls'::regnamespace",
        "catalogue-comments": "select description from pg_description where objoid > 16000",
        "catalogue-defaults": "select pg_get_expr(adbin, adrelid) from pg_attrdef",
        "catalogue-checks": "select pg_get_constraintdef(oid) from pg_constraint",
        "catalogue-roles": "select rolname, rolconfig from pg_roles",
        "catalogue-role-comments": "select shobj_description(oid, 'pg_authid') from pg_roles",
        "catalogue-settings": "select * from pg_db_role_setting",
        "catalogue-locks": "select locktype, objid, classid from pg_locks where locktype = 'advisory'",
        "catalogue-views": "select pg_get_viewdef(oid) from pg_class where relkind = 'v' and relnamespace = 'rls'::regnamespace",
        "catalogue-triggers": "select pg_get_triggerdef(oid) from pg_trigger",
        "catalogue-missing-values": "select attmissingval::text from pg_attribute where attrelid = 'crm.deal'::regclass",
        "catalogue-partition-bounds": "select relpartbound::text, reloptions from pg_class",
        "catalogue-cursors": "select * from pg_cursors",
        "catalogue-prepared": "select * from pg_prepared_statements",
        "catalogue-dependencies": "select pg_describe_object(classid, objid, objsubid) from pg_depend where objid > 16000",
    },
)


@attack("side channels", "B22", control="none")
def the_policies_are_readable(ground: Ground) -> bool:
    """Read which roles there are and what they may do, from functions and memberships."""
    return bool(
        ground.mallory().rows(
            "select prosqlbody from pg_proc where proname = 'director_reads' and prosqlbody is not null"
        )
    )


@attack("side channels", "B28", control="none")
def hear_what_is_notified(ground: Ground) -> bool:
    """Hear a row in what triggers and helpers notify."""
    mallory = ground.mallory()
    mallory.connection.autocommit = True
    for channel in ("deal", "crm", "rowlock", "rls"):
        mallory.run(f"listen {channel}")
    ground.admin.execute("update crm.deal set code = code where title = 'HIDDEN deal of dave'")
    return any(True for _ in mallory.connection.notifies(timeout=0.05, stop_after=1))


@attack("side channels", control="none")
def see_who_changes_what(ground: Ground) -> bool:
    """Learn from pg_locks which row somebody has locked."""
    dave = ground.login("dave")
    dave.rows("select title from crm.deal where title = 'HIDDEN deal of dave' for update")
    return bool(
        ground.mallory().rows("select 1 from pg_locks where locktype = 'tuple' and relation = 'crm.deal'::regclass")
    )


@attack("side channels", "A10", control="none")
def see_who_works_on_which_table(ground: Ground) -> bool:
    """Learn from pg_locks which tables somebody uses just now."""
    dave = ground.login("dave")
    dave.rows("select title from crm.deal")
    return bool(
        ground.mallory().rows(
            "select 1 from pg_locks join pg_stat_activity using (pid)"
            " where usename = 'dave' and relation = 'crm.deal'::regclass"
        )
    )


@attack("side channels")
def a_snapshot_of_the_boss(ground: Ground) -> bool:
    """Read with the snapshot of somebody who sees more."""
    carol = ground.login("carol")
    carol.run("set transaction isolation level repeatable read")
    snapshot = carol.value("select pg_export_snapshot()")
    mallory = ground.mallory()
    mallory.run("set transaction isolation level repeatable read")
    mallory.run(f"set transaction snapshot '{snapshot}'")
    return mallory.sees("select title from crm.deal")


@attack("side channels", "C26")
def wait_for_what_was_taken(ground: Ground) -> bool:
    """Wait in SELECT FOR UPDATE while rights are taken, and read the row as it became afterwards."""
    mallory = ground.mallory()
    key = ground.own["deal"]
    ground.admin.execute("begin")
    ground.admin.execute(
        "update crm.deal set owner_id = %s, code = 'HIDDEN' where id = %s", [ground.person("dave"), key]
    )
    ground.admin.execute("commit")
    try:
        return mallory.sees("select code from crm.deal where id = %s for update", [key])
    finally:
        ground.leave()
        values = [ground.person("mallory"), key]
        ground.admin.execute("update crm.deal set owner_id = %s, code = null where id = %s", values)
