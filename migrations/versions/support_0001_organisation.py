"""Schema rls, the organisation's tables, the database roles that own them, and what keeps reach and memberships."""

from __future__ import annotations

from psycopg import sql

from rls.definition.model import Definition
from rls.drift import remember
from rls.errors import RowlockError
from rls.followed import FOLLOWED, ORGANISATION
from rls.migrating import Migration
from rls.migrating_public import give_back, take_from_public
from rls.migrating_roles import drop_role, make_roles, refuse_used_elsewhere, release, roles_of
from rls.names import RIGHTS_SCHEMA
from rls.pgbouncer import database as pgbouncer
from rls.plan import deploy

revision = "support_0001"
down_revision = None
branch_labels = ("support",)
depends_on = None

TABLES = (
    "installation",
    "refreshed",
    "team",
    "reach",
    "role",
    "permission",
    "budget",
    "counter",
    "budget_reset",
    "assignment",
    "applied",
    "history",
    "pool",
    "set_aside",
    "accepted",
    "hardened",
    "bulk_log",
)
BEFORE_TABLES = ("keep_log",)
BEFORE_VIEWS = (
    "slice_of",
    "marked",
    "widest",
    "principal_role",
    "is_principal",
    "counter_room",
    "window_length",
    "window_begins",
    "counted_rows",
)
VIEWS = (
    "desired_closure",
    "closure_drift",
    "desired_reach",
    "desired_team",
    "reach_drift",
    "team_drift",
    "person_login",
    "due_assignment",
    "desired_principal",
    "desired_nesting",
    "desired_holding",
    "desired_membership",
    "existing_principal",
    "desired_pool_membership",
    "budget_use",
    "missing_counter",
)
FUNCTIONS = (
    "lock_room",
    "require_locks",
    "lock_organisation",
    "begin_refresh",
    "logins_of",
    "touched",
    "refresh_closure_of",
    "refresh_closure",
    "folded_department_owners",
    "department_owners",
    "folded_subtree_owners",
    "subtree_owners",
    "folded_me",
    "me",
    "folded_holds",
    "owned_by",
    "mine",
    "department_reached",
    "subtree_reached",
    "invalidate_reach",
    "put_owners",
    "change_owners",
    "refresh_teams_of",
    "make_teams",
    "refresh_reach_of",
    "follow_keys",
    "refresh_reach",
    "memberships_of",
    "current_membership",
    "membership_changes",
    "pool_changes_of",
    "pool_changes",
    "membership_drift",
    "invalidate_plans",
    "make_principals",
    "grant_memberships",
    "drop_principals",
    "refresh_memberships",
    "change_memberships",
    "refresh_holdings_of",
    "refresh_principals_of",
    "refresh_assigned",
    "refresh_pools_of",
    "refresh_pools",
    "follow_pools",
    "forget_pool",
    "repair_memberships",
    "refresh",
    "follow_truncate",
    "follow_person",
    "follow_member",
    "follow_department",
    "follow_group",
    "follow_group_member",
    "follow_assignment",
    "follow_role",
    "check_login",
    "stamp",
    "caller",
    "in_time",
    "held_roles",
    "has_explicit",
    "counted",
    "effective",
    "cells_at",
    "readable",
    "seen",
    "refuse_fields",
    "importable",
    "is_bound",
    "create_beyond_import",
    "import_rows",
    "log_import",
    "exportable",
    "counter_of",
    "allowance",
    "over_budget",
    "refresh_counters",
    "follow_counters",
    "reset_budget",
)


def upgrade() -> None:
    """Install."""
    migration = Migration()
    names = migration.installation
    refuse_used_elsewhere(migration, "starts_with(role.rolname::text, %s)", names.prefix)
    if migration.value("select pg_catalog.to_regnamespace(%s)", names.organisation):
        raise RowlockError(f'schema "{names.organisation}" exists already: choose another for the organisation')
    make_roles(migration)
    # Whoever applies rights is a member of the owner, and looks up what is installed.
    migration.execute(sql.SQL("grant select on public.rowlock_version to {}").format(sql.Identifier(names.rls_owner)))
    migration.run("schema/schemas.sql")
    with migration.acting_as(names.rls_owner):
        for name in BEFORE_TABLES:
            migration.run(f"functions/{name}.sql")
        for table in TABLES:
            migration.run(f"schema/rls/{table}.sql")
    with migration.acting_as(names.owner):
        _make_organisation(migration)
    with migration.acting_as(names.rls_owner):
        for path in (
            *(f"functions/{name}" for name in BEFORE_VIEWS),
            *(f"schema/rls/{view}" for view in VIEWS),
            *(f"functions/{name}" for name in FUNCTIONS),
        ):
            migration.run(f"{path}.sql")
        migration.run("schema/rls/privileges.sql")
    _follow(migration)
    migration.connection.execute(
        "insert into rls.installation (prefix, organisation, taken) values (%s, %s, %s)",
        [names.prefix, names.organisation, take_from_public(migration)],
    )
    remember(migration.connection, names, crm=False)


def downgrade() -> None:
    """Remove everything but people's logins."""
    migration = Migration()
    names = migration.installation
    owners = [names.owner, *names.view_owners.values(), names.rls_owner]
    refuse_used_elsewhere(migration, "role.rolname = any (%s::name[])", [*roles_of(migration), *owners])
    migration.execute(sql.SQL("delete from rls.pool"))
    if pgbouncer.installed(migration.connection):
        pgbouncer.remove(migration.connection, names)
    release(migration, roles_of(migration))
    # On tables that are not ours, only their owner can take back what was granted.
    deploy(migration.connection, Definition())
    roles = roles_of(migration)
    give_back(migration)
    for table in reversed(ORGANISATION):
        migration.execute(sql.SQL("drop table {} cascade").format(sql.Identifier(names.organisation, table)))
    migration.run("schema/schemas_down.sql")
    for role in roles:
        drop_role(migration, role)
    for role in owners:
        migration.execute(sql.SQL("drop owned by {0}; drop role {0}").format(sql.Identifier(role)))


def _make_organisation(migration: Migration) -> None:
    names = migration.installation
    for table in ORGANISATION:
        migration.run(f"schema/organisation/{table}.sql")
        migration.run("templates/protect.sql", table=sql.Identifier(names.organisation, table))
    migration.run("schema/organisation/privileges.sql")


def _follow(migration: Migration) -> None:
    organisation = migration.installation.organisation
    for schema, tables in ((organisation, ORGANISATION), (RIGHTS_SCHEMA, FOLLOWED)):
        for table, followed in tables.items():
            if followed:
                migration.run(
                    "templates/follow_organisation.sql",
                    table=sql.Identifier(schema, table),
                    update=sql.SQL(followed.update),
                    follow=sql.SQL(followed.function),
                )
    migration.run("schema/organisation/check_login.sql")
    migration.run("templates/follow_pools.sql")
    with migration.acting_as(migration.installation.rls_owner):
        migration.run("templates/follow_counters.sql")
