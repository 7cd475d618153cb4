"""All attacks, registered by their groups' modules."""

from tests.attacks import (
    columns,
    constraints,
    helpers,
    identity,
    imports,
    leaks,
    oracles,
    plans,
    pools,
    privileges,
    side,
    writes,
)
from tests.attacks.attack import ATTACKS, Attack

MODULES = (identity, helpers, plans, writes, imports, constraints, columns, oracles, leaks, privileges, pools, side)

__all__ = ["ATTACKS", "MODULES", "Attack"]
