"""The rows of the catalogue of known attacks that no attack here stands for, and why."""

from __future__ import annotations

ROWS = (
    *(f"A{number:02}" for number in range(1, 22)),
    *(f"B{number:02}" for number in range(1, 34)),
    *(f"C{number:02}" for number in range(1, 41)),
    "D10",
)

_CARELESS = "needs a careless grant or object of a DBA's first: `rowlock doctor` looks for it"
_FACT = "a fact of PostgreSQL, not an attack"

ELSEWHERE = {
    "A08": _CARELESS,
    "A09": _CARELESS,
    "A17": "see skip-triggers and dump-without-row-security",
    "B32": "rights to groups of fields go by row and role together in the reading views; tests/attacks/test_fields.py attacks them",
    "C18": "nothing of Rowlock's checks by ASSERT",
    "C19": "nothing of Rowlock's checks in deferred triggers",
    "C20": "policies stand on plain tables: partitions are refused",
    "C22": _FACT,
    "C23": _CARELESS,
    "C24": _CARELESS,
    "C25": _CARELESS,
    "C30": "see set-role-by-function; functions of one's own need TEMPORARY",
    "C36": _FACT,
    "C38": "nothing of Rowlock's keeps integrity by invoker triggers over hidden rows",
    "C39": "indexes use built-in functions only",
}
