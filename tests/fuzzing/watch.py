"""Run a statement as a person, and see as the administrator everything it changed, before it is undone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.fuzzing.shapes import SHAPES

OTHERS = """
select format('%I.%I', n.nspname, c.relname), case
    when exists (select from pg_attribute a where a.attrelid = c.oid and a.atttypid = 'json'::regtype)
      then 'hashtextextended(x::text, 0)'
    else 'hash_record_extended(x, 0)'
  end
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname in ('crm', 'rls', 't', 'public', 'crm_import')
order by 1
"""

CATALOG = """
select md5(string_agg(digest, '|' order by digest)) from (
  select concat_ws(' ', 'r', c.oid, relname, relnamespace, relowner, relacl, relrowsecurity, relforcerowsecurity,
    relkind) from pg_class c
    where relnamespace not in (select oid from pg_namespace where nspname ~ '^judge_')
  union all select concat_ws(' ', 'a', attrelid, attname, attacl, atttypid, attnotnull, atthasdef)
    from pg_attribute where attnum > 0
    and attrelid in (select oid from pg_class where relnamespace in ('crm'::regnamespace, 't'::regnamespace))
  union all select concat_ws(' ', 'f', p.oid, proname, proacl, proowner, prosrc, proconfig, provolatile) from pg_proc p
  union all select concat_ws(' ', 'p', p) from pg_policy p
  union all select concat_ws(' ', 't', t.oid, tgenabled) from pg_trigger t
  union all select concat_ws(' ', 'n', nspname, nspowner, nspacl) from pg_namespace where nspname !~ '^judge_'
  union all select concat_ws(' ', 'd', datname, datdba, datacl) from pg_database
  union all select concat_ws(' ', 'm', m.roleid, m.member, m.admin_option) from pg_auth_members m
  union all select concat_ws(' ', 'u', rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin,
    rolreplication, rolbypassrls, rolconnlimit, rolvaliduntil) from pg_authid
  union all select concat_ws(' ', 'l', lanname, lanacl) from pg_language
  union all select concat_ws(' ', 'e', extname) from pg_extension
  union all select concat_ws(' ', 'y', t.oid, typname) from pg_type t
    where typnamespace not in (select oid from pg_namespace where nspname ~ '^judge_')
  union all select concat_ws(' ', 'c', objoid, objsubid, description) from pg_description
    where classoid = 'pg_class'::regclass
  union all select concat_ws(' ', 's', c.oid, stxname) from pg_statistic_ext c
) as listed (digest)
"""

ATTEMPT = """
create or replace function pg_temp.attempt(
  login text, become text, names text[], vals text[], statement text, returns boolean, readback text, catalog boolean,
  out state text, out message text, out touched bigint, out returned jsonb[], out changed jsonb, out seen text[],
  out same boolean
)
language plpgsql
as $$
declare
  administrator constant text := session_user;
  item record;
  before text;
begin
  begin
    touched := 0;
    if catalog then
      before := pg_temp.catalog();
    end if;
    for i in 1 .. cardinality(names) loop
      perform set_config(names[i], vals[i], true);
    end loop;
    perform set_config('session_authorization', login, true);
    if become is not null then
      perform set_config('role', become, true);
    end if;
    if returns then
      for item in execute statement loop
        touched := touched + 1;
        returned := returned || to_jsonb(item);
      end loop;
    else
      execute statement;
      get diagnostics touched = row_count;
    end if;
    if readback is not null then
      execute readback into seen;
    end if;
    perform set_config('role', 'none', true);
    perform set_config('session_authorization', administrator, true);
    changed := pg_temp.changes();
    same := not catalog or before = pg_temp.catalog();
    raise exception using errcode = 'RL001';
  exception
    when sqlstate 'RL001' then
      state := 'done';
    when others then
      get stacked diagnostics state = returned_sqlstate, message = message_text;
  end;
end
$$
"""

CHANGES = """
create or replace function pg_temp.changes() returns jsonb language plpgsql as $$
begin
  return (select coalesce(jsonb_agg(jsonb_build_array(place, old, new)), '[]') from ({parts}) as x (place, old, new));
end
$$
"""

ROWS = """
select '{place}', b.content, to_jsonb(x)
from {table} as x
full join (select * from pg_temp.before where place = '{place}') as b on b.id = x.id
where hash_record_extended(x, 0) is distinct from b.digest
"""

DIGEST = """
select b.place, to_jsonb(b.digest), to_jsonb(n.digest)
from (select coalesce(sum({digest}), 0) as digest from {table} as x) as n
join pg_temp.before as b on b.place = '{table}'
where n.digest <> b.digest
"""


@dataclass(frozen=True)
class Change:
    """A row that was made (no old one), changed or removed (no new one); of other tables only a digest of all rows."""

    place: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Outcome:
    """What a statement did."""

    state: str
    message: str | None
    touched: int
    returned: list[Any]
    changes: list[Change]
    seen: set[str]
    same_catalog: bool

    @property
    def done(self) -> bool:
        """Tell whether it succeeded."""
        return self.state == "done"


def watch(admin: psycopg.Connection) -> None:
    """Remember every row of every table, in the administrator's session."""
    watched = {shape.table for shape in SHAPES.values()}
    others = [(name, digest) for name, digest in admin.execute(OTHERS).fetchall() if name not in watched]
    parts = [ROWS.format(place=entity, table=shape.table) for entity, shape in SHAPES.items()]
    parts += [DIGEST.format(table=name, digest=digest) for name, digest in others]
    rows = [
        f"select '{entity}', x.id::int, to_jsonb(x), hash_record_extended(x, 0)::numeric from {shape.table} as x"
        for entity, shape in SHAPES.items()
    ]
    rows += [f"select '{name}', 0, null, coalesce(sum({digest}), 0) from {name} as x" for name, digest in others]
    before = " union all ".join(rows)
    admin.execute("set jit = off")
    admin.execute(f"create temp table before as select * from ({before}) as x (place, id, content, digest)".encode())
    admin.execute("analyze pg_temp.before")
    admin.execute(CHANGES.replace("{parts}", " union all ".join(parts)).encode())
    admin.execute(f"create or replace function pg_temp.catalog() returns text language sql as $$ {CATALOG} $$".encode())
    admin.execute(ATTEMPT.encode())


def attempt(
    admin: psycopg.Connection,
    login: str,
    statement: str,
    *,
    become: str | None = None,
    settings: Sequence[tuple[str, str]] = (),
    returns: bool = False,
    readback: str | None = None,
    catalog: bool = False,
) -> Outcome:
    """Run a statement as a login, or as one that became a person, and undo it.

    :param readback: a query of a text array, run as the same person afterwards.
    :param catalog: whether the catalogue is compared, too.
    """
    row = admin.execute(
        "select * from pg_temp.attempt(%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            login,
            become,
            [name for name, _ in settings],
            [value for _, value in settings],
            statement,
            returns,
            readback,
            catalog,
        ],
    ).fetchone()
    assert row is not None
    state, message, touched, returned, changed, seen, same = row
    done = state == "done"
    return Outcome(
        state, message, touched or 0, returned or [], list(_changes(changed)) if done else [],
        set(seen or ()), bool(same) if done else True,
    )  # fmt: skip


def changed(cursor: psycopg.Cursor) -> list[Change]:
    """Return what has changed since :func:`watch`."""
    row = cursor.execute("select pg_temp.changes()").fetchone()
    return list(_changes(row and row[0]))


def _changes(found: Iterable[Any] | None) -> Iterable[Change]:
    for place, old, new in found or ():
        yield Change(place, old, new)
