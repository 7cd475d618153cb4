"""Desired and current state in, an ordered plan of changes out; apply it, and nothing is left to do."""

from rls.plan.apply import apply, deploy
from rls.plan.phases import Patience, apply_in_phases
from rls.plan.plan import Plan, applied_definition, compiled, installed, make_plan

__all__ = [
    "Patience",
    "Plan",
    "applied_definition",
    "apply",
    "apply_in_phases",
    "compiled",
    "deploy",
    "installed",
    "make_plan",
]
