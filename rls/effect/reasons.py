"""Why a person reaches more or less: roles they get or lose, levels of roles they keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from rls.compiler.sources import operation_on
from rls.definition.model import Operation
from rls.effect.changes import LevelChange, words
from rls.effect.people import Holder
from rls.effect.sides import Side


class Reasons:
    """The changes of levels, found by what they are about."""

    def __init__(self, changes: Iterable[LevelChange], before: Side, after: Side) -> None:
        self._sides = (before, after)
        self._levels: dict[tuple[str, str | None, str], list[str]] = defaultdict(list)
        self._others = []
        for change in changes:
            if change.about == "level":
                key = (change.subject, change.what, str(change.operation))
                self._levels[key].append(f"{words(change.subject, change.place)}: {change.step}")
            elif change.about in ("rule", "entity"):
                self._others.append((change.entity, change.text))

    def of(self, holder: Holder, entity: str, operation: Operation, fields: str | None = None) -> str:
        """Return in a few words what changes a person's rows of an entity, or a group of fields in them."""
        before, after = self._sides
        gets = [f"gets {role}" for role in sorted(holder.after - holder.before) if after.gives(role, entity, operation)]
        loses = [
            f"loses {role}" for role in sorted(holder.before - holder.after) if before.gives(role, entity, operation)
        ]
        kept = list(dict.fromkeys(self._kept(holder, entity, operation, fields)))
        others = [text for about, text in self._others if about in (None, entity)]
        return "; ".join([*gets, *loses, *kept] or others)

    def _kept(self, holder: Holder, entity: str, operation: Operation, fields: str | None) -> Iterator[str]:
        """Yield what changes in roles held before and after; nothing reaches further than reading the record."""
        roles = sorted(holder.before & holder.after)
        found = {source.entity.name: source for side in self._sides for source in side.sources(entity)}
        for source in found.values():
            for role in roles:
                asked = operation_on(source, operation)
                of_group = self._levels.get((role, f"{source.entity.name}.{fields}", asked)) if fields else None
                mine = of_group or self._levels.get((role, source.entity.name, asked))
                yield from mine or self._levels.get((role, source.entity.name, "read"), [])
