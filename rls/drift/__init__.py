"""What somebody changed by hand outside the definition: what Rowlock puts right itself, and what only a DBA may."""

from rls.drift.accepting import Accepted, accept, accepted, unaccepted, withdraw
from rls.drift.deviations import adopt, deviations, remember, remember_mended, sound
from rls.drift.findings import Finding, findings

__all__ = [
    "Accepted",
    "Finding",
    "accept",
    "accepted",
    "adopt",
    "deviations",
    "findings",
    "remember",
    "remember_mended",
    "sound",
    "unaccepted",
    "withdraw",
]
