"""What may be wrong with a server and a database that hold rights, and the statement that mends it."""

from rls.doctor.check import ROOMS, Check, Diagnosis, Unseen
from rls.doctor.examining import CHECKS, chosen, examine
from rls.doctor.fixing import by_hand, mend, safe, script

__all__ = [
    "CHECKS",
    "ROOMS",
    "Check",
    "Diagnosis",
    "Unseen",
    "by_hand",
    "chosen",
    "examine",
    "mend",
    "safe",
    "script",
]
