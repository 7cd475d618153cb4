"""One difference between two definitions, in the words of the definitions file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rls.definition.model import Operation
from rls.plan.changes import Risk

About = Literal["rule", "entity", "role", "level", "assignment"]


@dataclass(frozen=True)
class LevelChange:
    """What one line of rights was, and what it becomes; None where it was not there, or is no more.

    ``subject`` is the role, the entity, or for the rule its key; ``place``
    the cells it holds for where it is not every one: ``in won``, and for an
    entity or a role the key that changes.  ``fields``: the group of fields it
    is about; None for the record.
    """

    about: About
    subject: str
    risk: Risk
    entity: str | None = None
    operation: Operation | None = None
    place: str = ""
    before: str | None = None
    after: str | None = None
    fields: str | None = None

    @property
    def text(self) -> str:
        """The change without its risk: ``manager: deal read own → department``."""
        if self.about == "level":
            return f"{self.subject}: {words(self.what, self.operation, self.place)} {self.step}"
        if self.about == "rule":
            return f"{self.subject}: {self.step}"
        return f"{self.about} {words(self.subject, self.place)}: {self.step}"

    @property
    def what(self) -> str | None:
        """``deal``, or ``deal.finance``."""
        return f"{self.entity}.{self.fields}" if self.fields else self.entity

    @property
    def step(self) -> str:
        """``own → department``, or what was added or removed."""
        if self.before is None:
            return f"added{_explained(self.after)}"
        if self.after is None:
            return f"removed{_explained(self.before)}"
        return f"{self.before} → {self.after}"

    @property
    def widens(self) -> bool:
        """Whether somebody may reach more than before."""
        return self.risk in (Risk.opens, Risk.changes)

    def __str__(self) -> str:
        return f"{self.text} ({self.risk})"


def words(*parts: str | None) -> str:
    """Return the parts there are, with a space between."""
    return " ".join(part for part in parts if part)


def _explained(text: str | None) -> str:
    return f", {text}" if text else ""


def widens(changes: Iterable[LevelChange]) -> bool:
    """Return whether any of the changes may let somebody reach more; what is uncertain counts."""
    return any(change.widens for change in changes)
