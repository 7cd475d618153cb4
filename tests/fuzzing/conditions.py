"""Random conditions on tables in scope: comparisons, sub-queries, and traps that give hidden rows away by an error."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fuzzing.draws import Draw
from tests.fuzzing.shapes import PLACES, SHAPES, Shape
from tests.fuzzing.world import World
from tests.oracle.company import Person
from tests.oracle.fields import group_of, groups

Scope = Sequence[tuple[str, str]]
"""Aliases and their entities."""

MONEY = ("amount", "revenue", "price")
COMPARISONS = ("=", "<", ">", "<>", "<=", ">=")
LINKS = (
    ("deal", "company_id", "company"), ("deal", "contact_id", "contact"), ("deal", "lead_id", "lead"),
    ("contact", "company_id", "company"), ("ticket", "company_id", "company"), ("ticket", "deal_id", "deal"),
    ("activity", "deal_id", "deal"), ("activity", "lead_id", "lead"), ("activity", "company_id", "company"),
)  # fmt: skip
"""Which column of an entity holds which other entity's id."""


class Speaker:
    """Somebody who makes up SQL; remembers which entities are spoken of, and whether a column nobody may see is.

    ``doubtful``: something is named on a table that only the reading view shows; ``named``: columns of groups of fields
    that were.
    """

    def __init__(self, draw: Draw, world: World, person: Person) -> None:
        self.draw = draw
        self.world = world
        self.person = person
        self.mentioned: set[str] = set()
        self.forbidden = False
        self.doubtful = False
        self.traps = True
        self.named: set[tuple[str, str]] = set()
        self._aliases = 0
        self._views: dict[str, bool] = {}

    def entity(self) -> str:
        """Return an entity to speak of; rather one the person may see, or everything would be refused."""
        every = list(SHAPES)
        seen = [name for name in every if not self.world.lacks(self.person, "read", name)]
        return self.mention(self.draw.choice(every if self.draw.chance(4) or not seen else seen))

    def mention(self, entity: str) -> str:
        """Remember an entity."""
        self.mentioned.add(entity)
        return entity

    def alias(self) -> str:
        """Return a name not used before."""
        self._aliases += 1
        return f"q{self._aliases}"

    def viewed(self, alias: str, entity: str) -> bool:
        """Tell whether an alias stands for the reading view; it is decided when first asked."""
        if alias not in self._views:
            barred = self.world.barred(entity) and not self.draw.chance(2)
            self._views[alias] = self.world.guarded(entity) and (barred or self.draw.chance(60))
            self.doubtful |= self.world.barred(entity) and not self._views[alias]
        return self._views[alias]

    def stand_for(self, alias: str, *, view: bool) -> None:
        """Have an alias stand for the reading view, or for the table."""
        self._views[alias] = view

    def name(self, alias: str, entity: str) -> str:
        """Return what the alias stands for."""
        return f"crm_read.{entity}" if self.viewed(alias, entity) else SHAPES[entity].table

    def shape(self, alias: str, entity: str) -> Shape:
        """Return the entity's columns that may be named there; now and then others."""
        shape = SHAPES[entity]
        if self.viewed(alias, entity):
            return shape
        unnamed = self.world.unnamed(self.person, "read", entity)
        self.named |= {(entity, group) for group in groups(self.world.company, entity)}
        if not unnamed:
            return shape
        if self.draw.chance(2):
            self.doubtful = True
            return shape
        return shape.without(unnamed)

    def table(self, entity: str, alias: str, *, plain: bool = False) -> str:
        """Return an item for FROM."""
        name = self.name(alias, entity)
        forms = [f"{name} as {alias}"] * 6
        if not plain and not self.viewed(alias, entity):
            forms.append(f"only {name} as {alias}")
            forms += [f"{name} as {alias} tablesample {method} (100)" for method in ("bernoulli", "system")]
        return self.draw.choice(forms)

    def number(self, alias: str, entity: str) -> str:
        """Return an expression of a number."""
        shape = self.shape(alias, entity)
        column = self.draw.choice((*shape.ints, *shape.nums))
        form = self.draw.choice(("{}", "{}", "{}", "coalesce({}, 0)", "{} * 2", "abs({} - 5)"))
        # Equal numbers that print differently would make an answer depend on the plan.
        form = form.replace("0", "0.00") if column in shape.nums else form
        return form.format(f"{alias}.{column}")

    def text(self, alias: str, entity: str) -> str:
        """Return an expression of a text."""
        column = self.draw.choice(self.shape(alias, entity).texts)
        return self.draw.choice(("{}", "{}", "upper({})", "left({}, 4)", "md5({})")).format(f"{alias}.{column}")

    def value(self, alias: str, entity: str) -> str:
        """Return an expression to select."""
        if SHAPES[entity].hidden and self.draw.chance(3) and not self.viewed(alias, entity):
            self.forbidden = True
            return f"{alias}.{SHAPES[entity].hidden[0]}"
        kind = self.draw.below(8)
        if kind < 4:
            return f"{alias}.{self.draw.choice(self.shape(alias, entity).columns)}"
        if kind < 6:
            return self.number(alias, entity)
        return self.text(alias, entity)

    def literal(self, column: str) -> str:
        """Return something a number may be compared with."""
        if column == "owner_id" and self.draw.chance(70):
            return str(self.draw.choice(sorted(self.world.ids.values())))
        return str(self.draw.below(20))

    def where(self, scope: Scope, depth: int) -> str:
        """Return a condition."""
        kind = self.draw.below(10)
        if depth and kind in (7, 8):
            word = "and" if kind == 7 else "or"
            return f"({self.where(scope, depth - 1)} {word} {self.where(scope, depth - 1)})"
        if depth and kind == 9:
            return f"not ({self.where(scope, depth - 1)})"
        if depth and kind in (5, 6):
            return self._by_query(scope, depth - 1)
        return self._simple(scope)

    def _simple(self, scope: Scope) -> str:  # noqa: PLR0911 - one for each form
        alias, entity = self.draw.choice(scope)
        shape = self.shape(alias, entity)
        kind = self.draw.below(8)
        if kind == 0:
            column = self.draw.choice(shape.ints)
            return f"{alias}.{column} {self.draw.choice(COMPARISONS)} {self.literal(column)}"
        if kind == 1 and shape.bools:
            return f"{alias}.{self.draw.choice(shape.bools)}"
        if kind == 2 and entity in PLACES:
            place = self.draw.choice(PLACES[entity])
            return f"{alias}.stage {self.draw.choice(('=', '<>', '>='))} '{place['stage']}'"
        if kind == 3:
            like = self.draw.choice(("like", "not like", "ilike"))
            return f"{self.text(alias, entity)} {like} '%{self.draw.below(10)}%'"
        if kind == 4:
            return f"{alias}.{self.draw.choice(shape.columns)} is {self.draw.choice(('not null', 'null'))}"
        if kind == 5 and self.traps:
            return self._trap(alias, entity)
        if kind == 6:
            other, its = self.draw.choice(scope)
            return f"{self.number(alias, entity)} {self.draw.choice(COMPARISONS)} {self.number(other, its)}"
        return f"{alias}.id in ({', '.join(str(self.draw.below(20)) for _ in range(1 + self.draw.below(6)))})"

    def _trap(self, alias: str, entity: str) -> str:
        """Return what divides by zero for one row or field the person may not see, and for no other."""
        world = self.world
        money = next((column for column in MONEY if column in self.shape(alias, entity).nums), None)
        if money and world.entity(entity).get("fields") and self.draw.chance(60):
            group = group_of(world.company, entity, money)
            unseen = sorted(world.reach(self.person, "read", entity) - world.seen(self.person, entity, str(group)))
            shown = {world.rows[entity][one][money] for one in world.seen(self.person, entity, str(group))}
            values = [world.rows[entity][one][money] for one in unseen]
            value = self.draw.choice([one for one in values if one is not None and one not in shown] or [-1])
            return f"1 / ({alias}.{money} - {value}) is not null"
        hidden = sorted(world.rows[entity].keys() - world.reach(self.person, "read", entity))
        number = self.draw.choice(hidden or [-1])
        if entity == "deal" and money and self.draw.chance(50):
            return f"1 / ({alias}.amount - {number * 10}) is not null"
        return f"1 / ({alias}.id - {number}) is not null"

    def _by_query(self, scope: Scope, depth: int) -> str:
        alias, entity = self.draw.choice(scope)
        kind, new = self.draw.below(4), self.alias()
        links = [(column, its) for here, column, its in LINKS if here == entity]
        if kind == 0 and links:
            column, its = self.draw.choice(links)
            self.mention(its)
            negated = self.draw.choice(("", "not "))
            inner = self.where([(new, its)], depth)
            return f"{alias}.{column} {negated}in (select {new}.id from {self.table(its, new)} where {inner})"
        its = self.entity()
        item, inner = self.table(its, new), self.where([(new, its), (alias, entity)], depth)
        if kind == 1:
            return f"{self.draw.choice(('', 'not '))}exists (select from {item} where {inner})"
        if kind == 2:
            number = self.number(alias, entity)
            return f"{number} {self.draw.choice(COMPARISONS)} (select count(*) from {item} where {inner})"
        some = self.draw.choice(("any", "all"))
        return f"{alias}.id {self.draw.choice(COMPARISONS)} {some} (select {new}.id from {item} where {inner})"
