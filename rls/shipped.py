"""What Rowlock ships into a database besides rights: helper functions, views, triggers, policies of its own.

Each comes with the statements that make it anew, taken from the files that
migrations run, so that what somebody changed by hand can be put right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from psycopg import sql

from rls.carrying import Carried, Child, Followed, carrying, refilling
from rls.followed import FOLLOWED, ORGANISATION, Following
from rls.names import RIGHTS_SCHEMA, Installation, QualifiedName
from rls.referring import seeing
from rls.resources import directory, template

PROTECTED = ("reach", "team")
"""Tables of schema ``rls`` that policies read, each person their own row."""

CRM = "crm"
"""The schema of the CRM's tables."""

CRM_TABLES = (
    "pipeline",
    "stage",
    "product",
    "lead",
    "company",
    "contact",
    "deal",
    "quote",
    "sales_order",
    "invoice",
    "ticket",
    "line_item",
    "activity",
    "sales_plan",
    "web_form",
    "site_widget",
    "task",
    "call",
    "workflow_request",
    "folder",
    "file",
    "conversation",
)
"""In the order of their references."""

NOT_STAMPED = ("pipeline", "stage")
"""CRM tables whose rows do not say who made them."""


def _followed(name: str, reference: str | None = None) -> Followed:
    stage = None if name in ("contact", "company") else "stage"
    has = Carried("owner_id", "is_open", stage, "pipeline" if name == "deal" else None)
    return Followed(reference or f"{name}_id", QualifiedName(CRM, name), has)


_CARRIED = Carried("parent_owner_id", "parent_is_open", "parent_stage", "parent_pipeline")
_SOLD = (_followed("deal"), _followed("quote"), _followed("invoice"), _followed("sales_order", "order_id"))
_TALKED_OF = (_followed("lead"), _followed("contact"), _followed("company"), _followed("ticket"))
CRM_CHILDREN = (
    Child(QualifiedName(CRM, "line_item"), _CARRIED, _SOLD),
    Child(QualifiedName(CRM, "activity"), _CARRIED, _SOLD + _TALKED_OF),
)
"""What follows its parents, in the CRM."""

_SALE = {"deal_id": "deal", "company_id": "company", "contact_id": "contact"}
_REFERENCES = {
    "company": {"parent_company_id": "company"},
    "contact": {"company_id": "company"},
    "deal": {"company_id": "company", "contact_id": "contact", "lead_id": "lead", "product_id": "product"},
    "quote": _SALE,
    "sales_order": _SALE | {"quote_id": "quote"},
    "invoice": {"order_id": "sales_order", "deal_id": "deal", "company_id": "company"},
    "ticket": _SALE | {"product_id": "product"},
    "line_item": {"product_id": "product"},
    "task": {
        "parent_task_id": "task",
        "lead_id": "lead",
        "deal_id": "deal",
        "company_id": "company",
        "ticket_id": "ticket",
    },
    "call": {"contact_id": "contact", "company_id": "company", "lead_id": "lead", "deal_id": "deal"},
    "workflow_request": {"deal_id": "deal", "order_id": "sales_order"},
    "folder": {"parent_folder_id": "folder"},
    "file": {"folder_id": "folder"},
    "conversation": {"contact_id": "contact", "lead_id": "lead", "deal_id": "deal", "site_widget_id": "site_widget"},
}
CRM_REFERENCES = {
    QualifiedName(CRM, table): {column: QualifiedName(CRM, target) for column, target in columns.items()}
    for table, columns in _REFERENCES.items()
}
"""What records of the CRM refer to, besides the parents they follow; all of it may be hidden."""

_NAME = r'"(?:[^"]|"")+"|[a-z_][a-z0-9_]*'
_FUNCTION = re.compile(
    rf"create or replace function rls\.({_NAME})\((.*?)\).*?(?:\n\$\$;|\nreturn .*?;\n|\nend;\n)", re.DOTALL
)
_TRIGGER = re.compile(rf"create (?:or replace )?trigger ({_NAME}) .*? on ({_NAME})\.({_NAME})\s.*?;", re.DOTALL)
_POLICY = re.compile(rf"create policy ({_NAME}) on ({_NAME})\.({_NAME}) .*?;", re.DOTALL)
_VIEW = re.compile(rf"create view rls\.({_NAME}) as")


@dataclass(frozen=True, order=True)
class Helper:
    """A function, view, trigger or policy that is shipped, and the statements that make it anew.

    ``table`` is the one that is locked meanwhile.
    """

    kind: str
    name: str
    statements: tuple[str, ...]
    table: QualifiedName | None = None


def placeholders(installation: Installation) -> dict[str, str | sql.Composable]:
    """Return what fills the placeholders that shipped SQL files have in common."""
    roles = ("owner", "rls_owner", "view_owner", "unfiltered_owner", "everyone")
    schemas = ("organisation", "views", "unfiltered", "imports")
    return {
        **{name: getattr(installation, name) for name in (*roles, *schemas)},
        "owner_name": sql.Literal(installation.owner),
        "prefix": sql.Literal(installation.prefix),
    }


def tables(installation: Installation, *, crm: bool) -> dict[QualifiedName, str]:
    """Return the tables that are Rowlock's own outside schema ``rls``, and their owner."""
    names = [QualifiedName(installation.organisation, name) for name in ORGANISATION]
    if crm:
        names += [QualifiedName(CRM, name) for name in CRM_TABLES]
    return dict.fromkeys(names, installation.owner)


@cache
def helpers(installation: Installation, *, crm: bool) -> tuple[Helper, ...]:
    """Return what is shipped, for schema ``rls``, the organisation and, if it is installed, the CRM."""
    rendered = _Rendered(installation)
    found = [*rendered.functions(), *rendered.views(), *rendered.organisation()]
    if crm:
        found += [*rendered.crm(), *carried(CRM_CHILDREN, installation)]
    return tuple({(each.kind, each.name): each for each in found}.values())


def carried(children: Iterable[Child], installation: Installation) -> Iterator[Helper]:
    """Return the functions, triggers and policies that make *children* follow their parents.

    With a trigger, what it has missed meanwhile is carried, too.
    """
    for child in children:
        again = {table: statement.as_string(None).rstrip() for table, statement in refilling(child, installation)}
        for statement in carrying(child, installation):
            for helper in _parsed(statement.as_string(None), installation):
                missed = again.values() if helper.table == child.table else [again.get(helper.table or child.table, "")]
                is_trigger = helper.kind == "helper trigger"
                yield replace(helper, statements=(*helper.statements, *missed)) if is_trigger else helper


def relations(kind: str) -> list[str]:
    """Return the names of schema ``rls``'s tables (*kind* ``table``) or views (``view``)."""
    return [path.stem for path in _files() if f"create {kind} rls.{path.stem} " in path.read_text("utf-8")]


class _Rendered:
    """Shipped SQL files with the names of an installation."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation

    def text(self, path: str, **values: str | sql.Composable) -> str:
        return template(path, **placeholders(self.installation) | values).as_string(None)

    def functions(self) -> Iterator[Helper]:
        for path in sorted((directory("sql") / "functions").glob("*.sql")):
            yield from _parsed(self.text(f"functions/{path.name}"), self.installation)

    def views(self) -> Iterator[Helper]:
        texts = {name: self.text(f"schema/rls/{name}.sql").strip() for name in relations("view")}
        ordered = _by_use(texts)
        gone = "drop view if exists " + ", ".join(f"{RIGHTS_SCHEMA}.{name}" for name in reversed(ordered))
        owner = sql.Identifier(self.installation.rls_owner).as_string(None)
        made = [
            statement
            for name in ordered
            for statement in (texts[name].rstrip(";"), f"alter view {RIGHTS_SCHEMA}.{name} owner to {owner}")
        ]
        for name in ordered:
            yield Helper("helper view", f"{RIGHTS_SCHEMA}.{name}", (gone, *made))

    def organisation(self) -> Iterator[Helper]:
        texts = [self.text(f"schema/rls/{path.name}") for path in _files()]
        texts += [self.text("schema/organisation/check_login.sql"), self.text("templates/follow_pools.sql")]
        texts.append(self.text("templates/follow_counters.sql"))
        for schema, tables in ((self.installation.organisation, ORGANISATION), (RIGHTS_SCHEMA, FOLLOWED)):
            for name, followed in tables.items():
                table = sql.Identifier(schema, name)
                if schema != RIGHTS_SCHEMA:
                    texts.append(self.text("templates/protect.sql", table=table))
                if followed:
                    texts.append(self._following(table, followed))
        for text in texts:
            yield from _parsed(text, self.installation)

    def _following(self, table: sql.Identifier, followed: Following) -> str:
        update, function = sql.SQL(followed.update), sql.SQL(followed.function)
        return self.text("templates/follow_organisation.sql", table=table, update=update, follow=function)

    def crm(self) -> Iterator[Helper]:
        for name in CRM_TABLES:
            table = sql.Identifier(CRM, name)
            yield from _parsed(self.text("templates/protect.sql", table=table), self.installation)
            if name not in NOT_STAMPED:
                yield from _parsed(self.text("templates/stamp.sql", table=table), self.installation)
        for referring, references in CRM_REFERENCES.items():
            text = seeing(referring, references, self.installation).as_string(None)
            yield from _parsed(text, self.installation)


def _parsed(text: str, installation: Installation) -> Iterator[Helper]:
    """Yield the functions, triggers and policies a text of ours makes."""
    owner = sql.Identifier(installation.rls_owner).as_string(None)
    for match in _FUNCTION.finditer(text):
        types = [argument.split(" ", 1)[1] for argument in match[2].split(", ") if argument]
        name = f"{RIGHTS_SCHEMA}.{match[1]}({', '.join(types)})"
        yield Helper(
            "helper function",
            f"{RIGHTS_SCHEMA}.{_plain(match[1])}({', '.join(_INTERNAL.get(kind, kind) for kind in types)})",
            (
                match[0].strip().rstrip(";"),
                f"alter function {name} owner to {owner}",
                f"revoke all on function {name} from public",
            ),
        )
    for match in _TRIGGER.finditer(text):
        table = f"{match[2]}.{match[3]}"
        made = re.sub("^create (or replace )?trigger", "create or replace trigger", match[0]).rstrip(";")
        enabled = f"alter table {table} enable trigger {match[1]}"
        yield _on_table("helper trigger", match, (made, enabled))
    for match in _POLICY.finditer(text):
        gone = f"drop policy if exists {match[1]} on {match[2]}.{match[3]}"
        yield _on_table("helper policy", match, (gone, match[0].rstrip(";")))


_INTERNAL = {"int": "integer", "int[]": "integer[]", "timestamptz": "timestamp with time zone"}
"""How ``format_type`` calls what our files call otherwise."""


def _on_table(kind: str, match: re.Match[str], statements: tuple[str, ...]) -> Helper:
    table = QualifiedName(_plain(match[2]), _plain(match[3]))
    return Helper(kind, f"{_plain(match[1])} on {table}", statements, table)


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _by_use(texts: dict[str, str]) -> list[str]:
    """Return views in an order in which they can be made: what another one reads comes first."""
    ordered: list[str] = []
    while len(ordered) < len(texts):
        rest = [name for name in texts if name not in ordered]
        ready = [
            name
            for name in rest
            if not any(re.search(rf"\brls\.{other}\b", texts[name]) for other in rest if other != name)
        ]
        ordered += ready
    return ordered


def _files() -> list[Path]:
    return sorted((directory("sql") / "schema" / "rls").glob("*.sql"))
