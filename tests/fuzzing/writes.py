"""Random changes, each with a query of the administrator's that says what it would change if everything was allowed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tests.fuzzing.company import RECORDS
from tests.fuzzing.draws import Draw
from tests.fuzzing.queries import Asker
from tests.fuzzing.shapes import DEFINED, NEW, PLACES, SHAPES
from tests.fuzzing.world import World
from tests.oracle.company import Person
from tests.oracle.fields import groups

Kind = Literal["insert", "update", "delete"]


@dataclass(frozen=True)
class Write:
    """A statement that changes one entity.

    ``wanted`` finds, in copies of what the person may read, for an insert the
    new rows as JSON, else ids and the new values as JSON.  ``whole`` says that
    a row which may be read but not changed refuses the statement (MERGE);
    otherwise it is passed over.  ``fields``: groups of fields that it writes;
    ``view``: through the reading view.
    """

    kind: Kind
    entity: str
    text: str
    wanted: str
    mentioned: frozenset[str]
    forbidden: bool = False
    whole: bool = False
    returning: bool = False
    conflict: bool = False
    fields: frozenset[str] = frozenset()
    view: bool = False
    doubtful: bool = False


class Writer(Asker):
    """Somebody who makes up changes."""

    def __init__(self, draw: Draw, world: World, person: Person) -> None:
        super().__init__(draw, world, person)
        self.written: set[str] = set()

    def write(self) -> Write:
        """Return a change of any kind."""
        forms = [self.updating, self.updating, self.deleting, self.inserting, self.merging, self.merging_new]
        return self.draw.choice(forms)()

    def target(self, operation: str) -> str:
        """Return an entity to change; rather one the person may."""
        every = list(SHAPES)
        possible = [name for name in every if not self.world.lacks(self.person, operation, name)]
        chosen = self.draw.choice(every if self.draw.chance(4) or not possible else possible)
        return chosen if operation == "create" else self.mention(chosen)

    def updating(self) -> Write:
        """Return an UPDATE."""
        entity = self.target("update")
        sets = self._sets(entity, "d")
        condition, source = self._condition(entity)
        assignments = ", ".join(f"{column} = {value}" for column, value in sets.items())
        body = f"update {self.name('d', entity)} as d set {assignments}{source}{condition}"
        return self._finished("update", entity, body, self._values(entity, sets, condition, source))

    def deleting(self) -> Write:
        """Return a DELETE."""
        entity = self.target("delete")
        condition, source = self._condition(entity)
        text = f"delete from {self.name('d', entity)} as d{source.replace(' from ', ' using ')}{condition}"
        return self._finished("delete", entity, text, self._values(entity, {}, condition, source))

    def inserting(self) -> Write:
        """Return an INSERT of values or of a query."""
        entity = self.target("create")
        conflict, field = "", self.field(entity)
        rows = [self.new(entity) | field for _ in range(1 + self.draw.below(3))]
        columns = ", ".join(rows[0])
        if entity == "entry" and len({row["id"] for row in rows}) < len(rows):
            rows = rows[:1]
        if self.draw.chance(30):
            alias, its = self.alias(), self.entity()
            condition = self._where([(alias, its)], 1)
            source = f"select {', '.join(rows[0].values())} from {self.table(its, alias)}{condition}"
            if entity == "entry":
                source += " limit 1" if not condition else " order by 1 limit 1"
        else:
            source = "values " + ", ".join(f"({', '.join(row.values())})" for row in rows)
        if self.draw.chance(35) and not self.viewed("d", entity):
            conflict = " on conflict do nothing"
            if entity == "entry":
                update = "set note = excluded.note, owner_id = excluded.owner_id"
                conflict = " on conflict (id) do " + self.draw.choice(
                    ("nothing", f"update {update}", f"update {update} where d.is_open")
                )
        text = f"insert into {self.name('d', entity)} as d ({columns}) {source}{conflict}"
        typed = ", ".join(f"({column}::text)::{self._type(entity, column)} as {column}" for column in rows[0])
        wanted = f"select 0, to_jsonb(n) from (select {typed} from ({source}) as v ({columns})) as n"
        return self._finished("insert", entity, text, wanted, conflict=bool(conflict))

    def merging(self) -> Write:
        """Return a MERGE that changes or removes what it finds."""
        kind: Kind = "update" if self.draw.chance(60) else "delete"
        entity = self.target(kind)
        if self.world.barred(entity):
            return self.updating()
        self.stand_for("d", view=False)
        shape = SHAPES[entity]
        sets = self._sets(entity, "d") if kind == "update" else {}
        condition, _ = self._condition(entity, joined=False)
        inner = re.sub(r"\bd\.", "s.", condition)
        when = f" and d.id <> {self.draw.below(20)}" if self.draw.chance(30) else ""
        spared = self.draw.below(20) if self.draw.chance(20) else None
        nothing = f" when matched and d.id = {spared} then do nothing" if spared is not None else ""
        action = "update set " + ", ".join(f"{key} = {value}" for key, value in sets.items()) if sets else "delete"
        text = (
            f"merge into {shape.table} as d using (select s.id as k from {shape.table} as s{inner}) as m on d.id = m.k"
            f"{nothing} when matched{when} then {action}"
        )
        conditions = f"{condition}{' and ' if condition else ' where '}true{when}"
        if spared is not None:
            conditions += f" and d.id <> {spared}"
        wanted = self._values(entity, sets, conditions, "")
        return self._finished(kind, entity, text, wanted, whole=True, returning=False)

    def merging_new(self) -> Write:
        """Return a MERGE that makes rows."""
        entity = self.target("create")
        if self.world.barred(entity):
            return self.inserting()
        self.mention(entity)
        self.stand_for("d", view=False)
        shape, row = SHAPES[entity], self.new(entity)
        if entity == "entry":
            row["id"] = str(2000 + self.draw.below(9))
        its, alias = self.entity(), self.alias()
        condition = self._where([(alias, its)], 1)
        source = f"select {alias}.id as k from {self.table(its, alias)}{condition} order by 1 limit 1"
        text = (
            f"merge into {shape.table} as d using ({source}) as m on d.id = m.k + 1000000"
            f" when not matched then insert ({', '.join(row)}) values ({', '.join(row.values())})"
        )
        typed = ", ".join(f"({value})::{self._type(entity, column)} as {column}" for column, value in row.items())
        wanted = f"select 0, to_jsonb(n) from (select {typed} from ({source}) as m) as n"
        return self._finished("insert", entity, text, wanted, whole=True, returning=False)

    def _finished(
        self, kind: Kind, entity: str, text: str, wanted: str, *, whole: bool = False, conflict: bool = False,
        returning: bool | None = None,
    ) -> Write:  # fmt: skip
        returns = self.draw.chance(30) if returning is None else returning
        if returns:
            text += " returning d.id"
            if self.draw.chance(40):
                text = f"with w as ({text}) select id from w"
        return Write(
            kind, entity, text, wanted, frozenset(self.mentioned), self.forbidden, whole, returns, conflict,
            frozenset(self.written), self.viewed("d", entity), self.doubtful,
        )  # fmt: skip

    def _values(self, entity: str, sets: dict[str, str], condition: str, source: str) -> str:
        known = {column: value for column, value in sets.items() if column not in SHAPES[entity].hidden}
        pairs = ", ".join(f"'{column}', {value}" for column, value in known.items())
        table = SHAPES[entity].table
        sources = f"{source}, {table} as d" if source else f" from {table} as d"
        return f"select d.id, jsonb_build_object({pairs}){sources}{condition}"

    def _condition(self, entity: str, *, joined: bool = True) -> tuple[str, str]:
        """Return WHERE, and FROM where another table is joined by its key."""
        if self.draw.chance(12):
            return "", ""
        condition = f" where {self.where([('d', entity)], 2)}"
        refs = [(column, its) for column, its in SHAPES[entity].refs.items() if its not in (entity, "product")]
        if joined and refs and self.draw.chance(15):
            column, its = self.draw.choice(refs)
            self.mention(its)
            alias = self.alias()
            return f"{condition} and d.{column} = {alias}.id", f" from {self.name(alias, its)} as {alias}"
        return condition, ""

    def _sets(self, entity: str, alias: str) -> dict[str, str]:
        """Return what follows SET: the label always, so that every change can be told."""
        shape = SHAPES[entity]
        sets = {shape.label: f"coalesce({alias}.{shape.label}, '') || '!'" if self.draw.chance(70) else "'changed!'"}
        if self.draw.chance(40):
            sets |= self._decisive(entity, alias)
        sets |= self.field(entity)
        if self.draw.chance(2) and not self.viewed("d", entity):
            forbidden = (*shape.hidden, *shape.carried) or ("id",)
            sets[self.draw.choice(forbidden)] = "null" if forbidden != ("id",) else f"{alias}.id + 5000"
            self.forbidden = True
        return sets

    def field(self, entity: str) -> dict[str, str]:
        """Return a field of a group and what it becomes, now and then."""
        every = groups(self.world.company, entity)
        columns = [(column, group) for group in every for column in every[group] if column in NEW]
        if not columns or not self.draw.chance(35):
            return {}
        column, group = self.draw.choice(columns)
        self.written.add(group)
        return {column: NEW[column]}

    def _decisive(self, entity: str, alias: str) -> dict[str, str]:
        shape = SHAPES[entity]
        if shape.parents:
            return self._parent(entity)
        sets: dict[str, str] = {}
        if DEFINED[entity].get("owner"):
            if self.draw.chance(60):
                sets["owner_id"] = self._owner()
            if self.draw.chance(30):
                sets["is_open"] = self.draw.choice((f"not {alias}.is_open", "true", "false"))
        if entity in PLACES and self.draw.chance(50):
            sets |= {column: f"'{value}'" for column, value in self.draw.choice(PLACES[entity]).items()}
        if (refs := sorted(shape.refs)) and self.draw.chance(30):
            sets[self.draw.choice(refs)] = self._reference()
        return sets

    def new(self, entity: str) -> dict[str, str]:
        """Return a new row's columns; the same columns for every row of an entity."""
        shape = SHAPES[entity]
        row = {shape.label: f"'new {self.draw.below(100)}'"}
        if entity == "entry":
            row["id"] = str(self.draw.choice((1000, 1001, 1002, 1003, *range(1, 19))))
        if DEFINED[entity].get("owner"):
            row |= {"owner_id": self._owner(), "is_open": self.draw.choice(("false", "true"))}
        if entity in PLACES:
            row |= {column: f"'{value}'" for column, value in self.draw.choice(PLACES[entity]).items()}
        for column in sorted(shape.refs):
            row[column] = self._reference() if self.draw.chance(25) else "null"
        if shape.parents:
            row |= self._parent(entity)
        return row

    def _parent(self, entity: str) -> dict[str, str]:
        columns = sorted(SHAPES[entity].parents)
        chosen = self.draw.choice(columns)
        return {column: str(1 + self.draw.below(RECORDS)) if column == chosen else "null" for column in columns}

    def _owner(self) -> str:
        me = self.world.ids[self.person.login]
        return self.draw.choice((str(me), str(me), *map(str, sorted(self.world.ids.values())), "null"))

    def _reference(self) -> str:
        return str(1 + self.draw.below(RECORDS + 2))

    def _type(self, entity: str, column: str) -> str:
        if column in SHAPES[entity].bools or column == "is_open":
            return "boolean"
        if column in SHAPES[entity].nums:
            return "numeric"
        return "int" if column in SHAPES[entity].ints or column.endswith("_id") else "text"
