"""Database roles and privileges beyond the schema, as revisions make and remove them."""

from __future__ import annotations

from psycopg import sql

from rls.acting import SET_OPTION
from rls.errors import RowlockError
from rls.migrating import Migration

USED_ELSEWHERE = """
select distinct role.rolname::text, database.datname::text
from pg_catalog.pg_shdepend as dependency
join pg_catalog.pg_roles as role on role.oid = dependency.refobjid
join pg_catalog.pg_database as database on database.oid = dependency.dbid
where dependency.refclassid = 'pg_catalog.pg_authid'::regclass and database.datname <> current_database() and {}
order by 1, 2
"""


def refuse_used_elsewhere(migration: Migration, condition: str, parameter: object) -> None:
    """Refuse to touch roles that own or may use something in another database.

    :param condition: on ``role``, with one parameter.
    :raises RowlockError: names roles and databases.
    """
    query = USED_ELSEWHERE.format(condition)
    found = migration.rows(query, parameter)
    if found:
        roles = ", ".join(sorted({role for role, _ in found})[:5])
        databases = ", ".join(sorted({database for _, database in found}))
        raise RowlockError(
            f'database roles with prefix "{migration.installation.prefix}" ({roles}, ...) are used in database'
            f" {databases}, and roles belong to the whole server: choose another prefix, or uninstall there first"
        )


def make_roles(migration: Migration) -> None:
    """Make the owners and everyone; what is left of an earlier installation is taken over."""
    names = migration.installation
    existing = set(migration.column("select rolname::text from pg_catalog.pg_roles"))
    for name, attributes in (
        (names.owner, "nologin"),
        (names.rls_owner, "nologin createrole"),
        (names.view_owner, "nologin"),
        (names.unfiltered_owner, "nologin bypassrls" if _may_bypass(migration) else "nologin"),
    ):
        verb = "alter" if name in existing else "create"
        migration.execute(sql.SQL(f"{verb} role {{}} {attributes}").format(sql.Identifier(name)))
    join_owners(migration)
    # Whoever applies rights is a member of the rights' owner, and so may make views.
    option = sql.SQL(" with inherit false, set true" if migration.connection.info.server_version >= SET_OPTION else "")
    owners = sql.SQL(", ").join(map(sql.Identifier, names.view_owners.values()))
    migration.execute(sql.SQL("grant {} to {}").format(owners, sql.Identifier(names.rls_owner)) + option)
    if names.everyone in existing:
        migration.execute(
            sql.SQL("grant {} to {} with admin option").format(
                sql.Identifier(names.everyone), sql.Identifier(names.rls_owner)
            )
        )
        return
    with migration.acting_as(names.rls_owner):
        migration.execute(sql.SQL("create role {} nologin").format(sql.Identifier(names.everyone)))


def join_owners(migration: Migration) -> None:
    """Make whoever installs a member of the owners, unless a superuser, who needs no membership.

    An owner of the database with CREATEROLE could do so at any time; as a
    member they see and change all of the organisation, as a superuser does.
    """
    if _is_superuser(migration):
        return
    names = migration.installation
    owners = sql.SQL(", ").join(map(sql.Identifier, names.owners))
    migration.execute(sql.SQL("grant {} to current_user").format(owners))


def roles_of(migration: Migration) -> list[str]:
    """Return the database roles of the definition and of principals."""
    return migration.column(
        "select database_role::text from rls.role union select role::text from rls.existing_principal order by 1"
    )


def release(migration: Migration, roles: list[str]) -> None:
    """Take from the roles what others granted them in this database; only a superuser can."""
    if _is_superuser(migration):
        for role in roles:
            migration.execute(sql.SQL("drop owned by {}").format(sql.Identifier(role)))


def drop_role(migration: Migration, role: str) -> None:
    """Drop a database role that the rights' owner made, with what it may do in this database."""
    name = sql.Identifier(role)
    drop = sql.SQL("drop owned by {0}; drop role {0}").format(name)
    if _is_superuser(migration):
        migration.execute(drop)
        return
    with migration.acting_as(migration.installation.rls_owner):
        migration.execute(sql.SQL("grant {} to current_user").format(name))
        migration.execute(drop)


def _may_bypass(migration: Migration) -> bool:
    """Return whether whoever installs may set a role above row security: from 16 on not superusers alone."""
    own = "select rolsuper or (rolbypassrls and %s) from pg_catalog.pg_roles where rolname = current_user"
    return bool(migration.value(own, migration.connection.info.server_version >= SET_OPTION))


def _is_superuser(migration: Migration) -> bool:
    return bool(migration.value("select rolsuper from pg_catalog.pg_roles where rolname = current_user"))
