"""What an installation takes from PUBLIC, and who keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString, cast

from psycopg import sql

from rls.migrating import Migration
from rls.resources import sql_text

MAKERS = """
select distinct role.rolname::text
from pg_catalog.pg_roles as role
where
  not role.rolsuper
  and (
    role.oid in (select datdba from pg_catalog.pg_database where datname = current_database())
    or exists (
      select
      from pg_catalog.pg_shdepend as dependency
      join pg_catalog.pg_database as database on database.oid = dependency.dbid
      where
        database.datname = current_database()
        and dependency.deptype = 'o'
        and dependency.refclassid = 'pg_catalog.pg_authid'::regclass
        and dependency.refobjid = role.oid
    )
  )
order by 1
"""
"""Whoever owns something in the database, and so may have functions of their own."""

MONITOR = "pg_monitor"


def take_from_public(migration: Migration) -> list[str]:
    """Revoke from PUBLIC what it should not have; return what it had, for :func:`give_back`.

    Owners of anything in the database keep the languages, ``pg_monitor`` the counters.
    """
    taken = [str(privilege) for _, privilege in migration.rows(sql_text("catalog/held_by_public.sql"))]
    for privilege in taken:
        migration.execute(_phrase("revoke {} from public", privilege))
    for privilege, roles in _kept(migration, taken):
        migration.execute(_phrase("grant {} to {}", privilege, roles))
    return taken


def give_back(migration: Migration) -> None:
    """Grant PUBLIC again what :func:`take_from_public` took; what only a superuser may, if it is one."""
    taken = migration.column("select unnest(taken) from rls.installation")
    superuser = migration.value("select rolsuper from pg_catalog.pg_roles where rolname = current_user")
    taken = [privilege for privilege in taken if superuser or not _of_the_server(privilege)]
    for privilege in taken:
        migration.execute(_phrase("grant {} to public", privilege))
    for privilege, roles in _kept(migration, taken):
        migration.execute(_phrase("revoke {} from {}", privilege, roles))


def _of_the_server(privilege: str) -> bool:
    return privilege.startswith(("usage on language ", "execute on function "))


def _kept(migration: Migration, taken: list[str]) -> list[tuple[str, list[str]]]:
    makers = migration.column(MAKERS)
    keepers = {"usage": makers, "execute": [MONITOR]}
    pairs = [(privilege, keepers.get(privilege.partition(" ")[0], [])) for privilege in taken]
    return [(privilege, roles) for privilege, roles in pairs if roles]


def _phrase(statement: LiteralString, privilege: str, roles: Sequence[str] = ()) -> sql.Composed:
    """Return a statement; the privilege was written by the catalog's query, quoted."""
    words = sql.SQL(cast("LiteralString", privilege))  # type: ignore[redundant-cast]
    return sql.SQL(statement).format(words, sql.SQL(", ").join(map(sql.Identifier, roles)))
