"""What a new definition does to people and rows: differences of levels (pure), and counted rows (read only)."""

from rls.effect.changes import LevelChange
from rls.effect.counting import Effect, PersonEffect, effect, in_force
from rls.effect.importing import ImportEffect
from rls.effect.levels import level_changes, widens
from rls.effect.reading import Limits

__all__ = [
    "Effect",
    "ImportEffect",
    "LevelChange",
    "Limits",
    "PersonEffect",
    "effect",
    "in_force",
    "level_changes",
    "widens",
]
