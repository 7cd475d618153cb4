"""What a defence is, and SQL that switches several kinds of them off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from tests.attacks.attack import EVERY_VERSION

GOVERNED = "deal lead contact company ticket product activity invoice"


@dataclass(frozen=True)
class Defence:
    """Something that stops attacks; ``off`` switches it off on an installation, as a superuser.

    ``rule`` says where it comes from.  ``behind`` are defences in front of it:
    what it stops shows only where they are off, too.  ``stops`` are attacks
    that nothing else stops.
    """

    name: str
    rule: str
    off: LiteralString
    stops: tuple[str, ...]
    behind: tuple[str, ...] = ()
    versions: range = EVERY_VERSION


def each(text: LiteralString, tables: str = GOVERNED) -> LiteralString:
    """Return a statement for each of some tables, which it calls TABLE."""
    return ";\n".join(text.replace("TABLE", f"crm.{table}") for table in tables.split())


BODY: LiteralString = """
do $do$
declare
  predicate record;
begin
  for predicate in
    select oid, proname, pg_get_function_arguments(oid) as arguments
    from pg_proc
    where pronamespace = 'rls'::regnamespace and proname = any ('{NAMES}') and proargtypes[0] = 'crm.{TABLE}'::regtype
  loop
    execute format(
      'create or replace function rls.%I(%s) returns boolean language sql stable parallel safe return {BODY}',
      predicate.proname, predicate.arguments);
  end loop;
end $do$
"""


def body(names: str, table: str, body: str) -> LiteralString:
    """Return what gives predicate functions of a table another body."""
    return BODY.replace("{NAMES}", "{" + names + "}").replace("{TABLE}", table).replace("{BODY}", body)


ALL_FUNCTIONS: LiteralString = """
do $do$
declare
  helper regprocedure;
begin
  for helper in
    select oid from pg_proc where pronamespace = 'rls'::regnamespace and prosecdef
  loop
    execute format('alter function %s reset search_path', helper);
  end loop;
end $do$
"""

DATABASE: LiteralString = """
do $do$
begin
  execute format('grant {} on database %I to public', current_database());
end $do$
"""

STATISTICS: LiteralString = """
do $do$
declare
  counter regprocedure;
begin
  for counter in
    select oid from pg_proc where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^pg_stat_get_'
  loop
    execute format('grant execute on function %s to public', counter);
  end loop;
end $do$
"""

OLD_CALLER: LiteralString = """
create or replace function rls.caller() returns name language sql stable parallel safe
return coalesce(nullif(current_setting('app.login', true), '')::name, case current_setting('role')
  when 'none' then session_user else current_setting('role')::name end)
"""
