"""Desired and current state in, an ordered plan of changes out; apply it, and nothing is left to do."""

from rls.plan.apply import apply, deploy
from rls.plan.plan import Plan, applied_definition, compiled, installed, make_plan

__all__ = ["Plan", "applied_definition", "apply", "compiled", "deploy", "installed", "make_plan"]
