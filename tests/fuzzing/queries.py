"""Random queries whose answer does not depend on the plan, so that it can be compared row by row."""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzzing.conditions import LINKS, Speaker
from tests.fuzzing.shapes import SHAPES
from tests.oracle.fields import groups

WHOLE = 5
"""How many of the odd forms show whole rows."""


class Asker(Speaker):
    """Somebody who makes up queries."""

    def query(self, depth: int = 2) -> str:
        """Return a query of any form."""
        forms: list[Callable[[int], str]] = [
            self.plain, self.plain, self.joined, self.joined, self.grouped, self.windowed, self.united,
            self.with_ctes, self.sorted, self.lateral, self.hierarchy, self.odd,
        ]  # fmt: skip
        return self.draw.choice(forms)(depth)

    def plain(self, depth: int) -> str:
        """Return a query of one table."""
        entity, alias = self.entity(), self.alias()
        distinct = "distinct " if self.draw.chance(15) else ""
        columns = self._columns(alias, entity)
        item = self.table(entity, alias)
        return f"select {distinct}{columns} from {item}{self._where([(alias, entity)], depth)}"

    def joined(self, depth: int) -> str:
        """Return a query of two or three tables."""
        scope, items = self._joins(depth)
        values = ", ".join(self.value(*self.draw.choice(scope)) for _ in range(1 + self.draw.below(4)))
        ids = ", ".join(f"{alias}.id" for alias, _ in scope)
        return f"select {ids}, {values} from {items}{self._where(scope, depth)}"

    def grouped(self, depth: int) -> str:
        """Return a query with aggregates."""
        scope, items = self._joins(depth) if self.draw.chance(40) else self._one()
        alias, entity = self.draw.choice(scope)
        keys = [f"{alias}.{column}" for column in self.draw.some(self.shape(alias, entity).columns[1:] or ("id",), 2)]
        grouping = ", ".join(keys)
        if self.draw.chance(25):
            grouping = self.draw.choice(("rollup ({})", "cube ({})", "grouping sets (({}), ())")).format(grouping)
        number, text = self.number(*self.draw.choice(scope)), self.text(alias, entity)
        every = ("count(*)", f"sum({number})", f"min({text})", f"max({number})", f"avg({number})",
                 f"string_agg({text}, ',' order by {text})", f"count(distinct {number})",
                 f"count(*) filter (where {self._simple(scope)})",
                 f"array_agg({alias}.id order by {alias}.id)")  # fmt: skip
        chosen = ", ".join(self.draw.some(every, 4))
        having = f" having count(*) > {self.draw.below(3)}" if self.draw.chance(25) else ""
        where = self._where(scope, depth)
        if self.draw.chance(20):
            return f"select {chosen} from {items}{where}"
        return f"select {', '.join(keys)}, {chosen} from {items}{where} group by {grouping}{having}"

    def windowed(self, depth: int) -> str:
        """Return a query with window functions, whose frames do not depend on the order of equals."""
        scope, items = self._joins(depth) if self.draw.chance(30) else self._one()
        alias, entity = self.draw.choice(scope)
        column = self.draw.choice(self.shape(alias, entity).columns)
        number = self.number(alias, entity)
        window = self.draw.choice((f"(partition by {alias}.{column})", f"(order by {alias}.id)",
                                   f"(partition by {alias}.{column} order by {alias}.id)"))  # fmt: skip
        function = self.draw.choice(("rank()", "dense_rank()", f"sum({number})", "count(*)", f"max({number})",
                                     "percent_rank()", f"first_value({alias}.id)"))  # fmt: skip
        if function.startswith("first_value"):
            window = f"(order by {alias}.id)"
        ids = ", ".join(f"{name}.id" for name, _ in scope)
        return f"select {ids}, {function} over {window} from {items}{self._where(scope, depth)}"

    def united(self, depth: int) -> str:
        """Return a set operation of numbers and texts."""
        sides = []
        for _ in range(2 + self.draw.below(2)):
            entity, alias = self.entity(), self.alias()
            item = self.table(entity, alias)
            columns = f"trim_scale({self.number(alias, entity)}::numeric), {self.text(alias, entity)}"
            sides.append(f"select {columns} from {item}{self._where([(alias, entity)], depth - 1)}")
        operator = self.draw.choice(("union all", "union", "intersect", "except", "intersect all", "except all"))
        return f" {operator} ".join(f"({side})" for side in sides)

    def with_ctes(self, depth: int) -> str:
        """Return a query of named queries."""
        first, second = self.alias(), self.alias()
        inner = [self._pair(depth - 1) for _ in range(2)]
        kind = self.draw.choice(("", "materialized ", "not materialized "))
        join = self.draw.choice(("join", "left join", "full join"))
        return (
            f"with {first} (a, b) as {kind}({inner[0]}), {second} (a, b) as ({inner[1]})"
            f" select {first}.a, {first}.b, {second}.b from {first} {join} {second} on {first}.a = {second}.a"
        )

    def sorted(self, depth: int) -> str:
        """Return some rows of an order that leaves nothing open."""
        scope, items = self._one()
        alias, entity = scope[0]
        key = self.value(alias, entity)
        where = self._where(scope, depth)
        if self.draw.chance(40):
            return (
                f"select distinct on (k) {alias}.id, {key} as k from {items}{where}"
                f" order by k, {alias}.id {self.draw.choice(('', 'desc'))}"
            )
        limit = f" limit {self.draw.below(8)}" if self.draw.chance(80) else " fetch first 3 rows with ties"
        offset = f" offset {self.draw.below(4)}" if self.draw.chance(30) else ""
        order = f" order by 1 {self.draw.choice(('', 'desc'))}, 2"
        return f"select {key}, {alias}.id from {items}{where}{order}{offset}{limit}"

    def lateral(self, depth: int) -> str:
        """Return a query of a lateral one, or with one in its list."""
        scope, items = self._one()
        alias, _ = scope[0]
        other, its = self.alias(), self.entity()
        item = self.table(its, other, plain=True)
        inner = self._where([(other, its), *scope], depth - 1)
        where = self._where(scope, depth)
        if self.draw.chance(50):
            aggregate = self.draw.choice(("count(*)", "max({}.id)", "min({}.id)")).format(other)
            return f"select {alias}.id, (select {aggregate} from {item}{inner}) from {items}{where}"
        join = self.draw.choice(("cross join lateral {}", "left join lateral {} on true"))
        tail = f"(select {other}.id as k from {item}{inner} order by 1 limit {1 + self.draw.below(4)}) as x"
        return f"select {alias}.id, x.k from {items} {join.format(tail)}{where}"

    def hierarchy(self, depth: int) -> str:
        """Return a recursive query: companies and what is above or below them."""
        self.mention("company")
        up = self.draw.choice(("c.id = up.parent_company_id", "c.parent_company_id = up.id"))
        where = self._where([("s", "company")], depth - 1)
        first, further = self.name("s", "company"), self.name("c", "company")
        return (
            f"with recursive up as (select s.id, s.parent_company_id, s.name from {first} as s{where}"
            f" union select c.id, c.parent_company_id, c.name from {further} as c join up on {up})"
            " select * from up"
        )

    def odd(self, depth: int) -> str:
        """Return a form that few people use."""
        entity, alias = self.entity(), self.alias()
        shape, name = SHAPES[entity], self.name(alias, entity)
        before = set(self.mentioned)
        where = self._where([(alias, entity)], depth)
        item = self.table(entity, alias)
        forms = (
            f"select * from {item}{where}",
            f"select {alias} from {item}{where}",
            f"select to_jsonb({alias}) from {item}{where}",
            f"table {name}",
            f"select {alias}::text from {item}{where}",
            f"select * from ts_stat($$select to_tsvector('simple', {shape.label}) from {name}$$)",
            f"select x.* from {item} cross join lateral (values ({alias}.id), (-{alias}.id)) as x (v){where}",
        )
        chosen = self.draw.below(len(forms))
        if where not in forms[chosen]:
            self.mentioned = before
        if chosen < WHOLE and not self.viewed(alias, entity):
            self.forbidden |= bool(shape.hidden)
            self.doubtful |= bool(self.world.unnamed(self.person, "read", entity))
            self.named |= {(entity, group) for group in groups(self.world.company, entity)}
        return forms[chosen]

    def _pair(self, depth: int) -> str:
        entity, alias = self.entity(), self.alias()
        number, text = self.draw.choice(self.shape(alias, entity).ints), self.value(alias, entity)
        item = self.table(entity, alias)
        return f"select {alias}.{number}, {text} from {item}{self._where([(alias, entity)], depth)}"

    def _columns(self, alias: str, entity: str) -> str:
        listed = ", ".join(self.value(alias, entity) for _ in range(1 + self.draw.below(4)))
        return f"{alias}.id, {listed}"

    def _where(self, scope: list[tuple[str, str]], depth: int) -> str:
        return f" where {self.where(scope, max(depth, 0))}" if self.draw.chance(75) else ""

    def _one(self) -> tuple[list[tuple[str, str]], str]:
        entity, alias = self.entity(), self.alias()
        return [(alias, entity)], self.table(entity, alias)

    def _joins(self, depth: int) -> tuple[list[tuple[str, str]], str]:
        scope, items = self._one()
        for _ in range(1 + self.draw.below(2)):
            base, entity = self.draw.choice(scope)
            links = [(column, its) for here, column, its in LINKS if here == entity]
            alias = self.alias()
            if links and self.draw.chance(70):
                column, its = self.draw.choice(links)
                condition = f"{base}.{column} = {alias}.id"
            else:
                its = self.entity()
                columns = ["id", *({"owner_id"} & {*SHAPES[entity].ints} & {*SHAPES[its].ints})]
                column = self.draw.choice(columns)
                condition = f"{base}.{column} = {alias}.{column}"
            self.mention(its)
            kind = self.draw.choice(("join", "left join", "right join", "full join"))
            if self.draw.chance(15):
                condition += f" and {alias}.id < {self.draw.below(20)}"
            items += f" {kind} {self.table(its, alias, plain=True)} on {condition}"
            scope.append((alias, its))
        return scope, items
