"""Becoming somebody else, or somebody more."""

from __future__ import annotations

from typing import LiteralString

from tests.attacks.attack import Attack, attack, register, statements
from tests.attacks.ground import Ground

SETTINGS: dict[str, LiteralString] = {
    "setting-rls-login": "set rls.login = 'carol'",
    "setting-app-user": "set app.login = 'carol'",
    "setting-app-user-in-helpers": "set app.login = 'bob'",
    "setting-app-user-id": "set app.user_id = '5'",
    "setting-person-id": "set rls.person_id = 5",
    "setting-jwt-claims": 'set request.jwt.claims = \'{"role": "carol", "sub": "carol"}\'',
    "setting-session-name": "set application_name = 'carol'",
}


def _says(setting: LiteralString) -> None:
    name = next(name for name, text in SETTINGS.items() if text == setting)

    def attempt(ground: Ground) -> bool:
        mallory = ground.mallory()
        mallory.run(setting)
        return mallory.sees("select title from crm.deal")

    register(Attack(name, "identity", f"say who asks in a setting anybody may set: `{setting}`", attempt, ("C05",)))


for _setting in SETTINGS.values():
    _says(_setting)

statements(
    "identity",
    "A02",
    "C06",
    what="become a role with other rights",
    control="superuser",
    texts={
        "set-role-colleague": "set role bob",
        "set-role-director": "set role crm_director",
        "set-role-owner": "set role crm_owner",
        "set-role-rights-owner": "set role crm_rls_owner",
        "set-role-pool": "set role crm_app",
        "set-role-by-function": "select set_config('role', 'carol', true)",
        "set-session-authorization": "set session authorization bob",
    },
)

statements(
    "identity",
    "C29",
    what="change one's own login into more than it is",
    control="superuser",
    texts={
        "be-superuser": "alter role mallory superuser",
        "bypass-row-security": "alter role mallory bypassrls",
        "create-roles": "alter role mallory createrole",
        "create-databases": "alter role mallory createdb",
        "replicate": "alter role mallory replication",
        "take-a-name": "alter role eve rename to carol2",
        "reset-the-boss-password": "alter role carol password 'known'",
        "unlock-the-owner": "alter role crm_owner login password 'known'",
        "log-in-as-pool": "alter role crm_app password 'known'",
        "settings-of-the-boss": "alter role carol set search_path = pg_temp",
        "settings-of-everybody": "alter role all set session_preload_libraries = 'auto_explain'",
        "settings-of-the-role": "alter role crm_director set role = 'mallory'",
    },
)

statements(
    "identity",
    "A19",
    "A20",
    "A21",
    what="hand out or take roles",
    control="superuser",
    texts={
        "grant-director-to-self": "grant crm_director to mallory",
        "grant-colleague-to-self": "grant carol to mallory",
        "grant-self-to-colleague": "grant mallory to bob",
        "grant-owner-to-self": "grant crm_owner to mallory",
        "grant-rights-owner-to-self": "grant crm_rls_owner to mallory",
        "take-role-from-boss": "revoke crm_director from carol",
        "make-a-login": "create role helper login",
        "drop-a-role": "drop role deployer",
        "grant-by-group": "create role helpers role mallory",
    },
)


@attack("identity", "A20", "A21", control="none")
def hand_out_ones_own_role(ground: Ground) -> bool:
    """Give one's role to somebody who does not have it."""
    return ground.mallory().tries("grant crm_visitor to eve")


@attack("identity", "C06", versions=range(16, 100))
def keep_a_role_after_dismissal(ground: Ground) -> bool:
    """Say SET ROLE to a role one holds, be dismissed, and go on reading."""
    mallory = ground.mallory()
    mallory.run("set role crm_manager")
    mallory.connection.commit()
    with ground.meanwhile(
        "update crm.person set is_active = false where login = 'mallory'",
        "update crm.person set is_active = true where login = 'mallory'",
    ):
        return bool(mallory.value("select count(*) from crm.product"))


@attack("identity", "C06")
def write_as_nobody(ground: Ground) -> bool:
    """Make a record as the role instead of as oneself, so that it says of nobody who made it."""
    mallory = ground.mallory()
    mallory.tries("set role crm_manager")
    mallory.run("insert into crm.product (name, price) values ('nobody made this', 1)")
    mallory.run("reset role")
    return bool(mallory.value("select created_by <> 'mallory' from crm.product where name = 'nobody made this'"))


@attack("identity", "C06")
def sign_as_a_colleague(ground: Ground) -> bool:
    """Make a record that says bob made it."""
    mallory = ground.mallory()
    mallory.run("insert into crm.product (name, price, created_by) values ('bob made this', 1, 'bob')")
    return bool(mallory.value("select created_by = 'bob' from crm.product where name = 'bob made this'"))


@attack("identity", "C06")
def sign_later(ground: Ground) -> bool:
    """Make a record of one's own say afterwards that bob made it."""
    mallory = ground.mallory()
    mallory.run("update crm.deal set created_by = 'bob' where title like 'own %'")
    return bool(mallory.value("select created_by = 'bob' from crm.deal where title like 'own %'"))


@attack("identity", "C29", control="superuser")
def be_the_boss_from_the_next_login(ground: Ground) -> bool:
    """Have one's own login begin every session as carol."""
    mallory = ground.mallory()
    if not mallory.tries("alter role mallory set role = 'carol'"):
        return False
    mallory.connection.commit()
    try:
        return ground.login("mallory", application_name="again").sees("select title from crm.deal")
    finally:
        ground.admin.execute("alter role mallory reset role")


@attack("identity", "C29", control="superuser")
def options_of_the_connection(ground: Ground) -> bool:
    """Ask for another role in the options of the connection."""
    return ground.login("mallory", options="-c role=carol").sees("select title from crm.deal")


@attack("identity", "C32", control="superuser")
def session_authorization_rolled_back(ground: Ground) -> bool:
    """Come out of a rolled back SET SESSION AUTHORIZATION as somebody else (CVE-2024-10978)."""
    mallory = ground.mallory()
    mallory.connection.rollback()
    mallory.tries("set session authorization carol")
    return mallory.sees("select title from crm.deal")


@attack("identity", "C34")
def a_login_without_a_person(ground: Ground) -> bool:
    """Hold a role without being anybody of the company."""
    ground.admin.execute("create role stranger login password 'stranger-secret'; grant crm_manager to stranger")
    try:
        return ground.login("stranger").sees("select title from crm.deal")
    finally:
        ground.leave()
        ground.admin.execute("drop role stranger")


@attack("identity", "C33", "C34")
def a_person_without_departments(ground: Ground) -> bool:
    """Read the department's records without being in any."""
    with ground.meanwhile(
        "delete from crm.department_member where person_id = (select id from crm.person where login = 'mallory')",
        "insert into crm.department_member (department_id, person_id)"
        " select department.id, person.id from crm.department, crm.person"
        " where department.name = 'East' and login = 'mallory'",
    ):
        titles = ground.mallory().rows("select title from crm.lead")
        return [title for (title,) in titles] != ["own lead of mallory"]


@attack("identity", "C28")
def a_role_before_its_time(ground: Ground) -> bool:
    """Use the role one stands in with from next week on."""
    return ground.mallory().sees("select title from crm.deal")


@attack("identity")
def a_role_beyond_its_time(ground: Ground) -> bool:
    """Keep a transaction open until one's assignment has ended, and go on reading."""
    soon: LiteralString = "valid_from = now() - interval '1 day', valid_until = clock_timestamp() + interval '0.4 s'"
    mine: LiteralString = """
        where role = 'stand_in'
          and principal_id = (select id from crm.person where login = 'mallory')
    """
    before: LiteralString = "valid_from = now() + interval '7 days', valid_until = null"
    update: LiteralString = "update rls.assignment set "
    with ground.meanwhile(update + soon + mine, update + before + mine):
        mallory = ground.mallory()
        mallory.run("select")
        ground.admin.execute("select pg_sleep(0.5)")
        return mallory.sees("select title from crm.deal")
