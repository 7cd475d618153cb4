"""Desired and current state in, an ordered plan of changes out; apply it, and nothing is left to do."""

from rls.plan.apply import apply, deploy
from rls.plan.history import definition_at, history, refuse_older
from rls.plan.phases import Patience, apply_in_phases
from rls.plan.plan import Plan, compiled, make_plan
from rls.plan.saved import is_saved, planned_again, save

__all__ = [
    "Patience",
    "Plan",
    "apply",
    "apply_in_phases",
    "compiled",
    "definition_at",
    "deploy",
    "history",
    "is_saved",
    "make_plan",
    "planned_again",
    "refuse_older",
    "save",
]
