"""docs/doctor.md: the table of all checks."""

from __future__ import annotations

from rls.doctor import CHECKS, ROOMS
from rls.report.diagnoses import WORDS
from tests.docs.commands import DOCS

DOCTOR = DOCS / "doctor.md"

BEGIN = "<!-- checks: written by python -m tests.docs.write -->\n"

END = "<!-- end of checks -->\n"

TITLES = {
    "server": "The server",
    "database": "The database",
    "tables": "Tables under rights",
    "people": "People",
    "pools": "Pools",
}


def checks() -> str:
    """Return the tables of checks, a room each."""
    parts = []
    for room in ROOMS:
        rows = [
            f"| `{check.name}` | {WORDS[check.severity]} | {check.looks_for} | {check.why} |"
            for check in CHECKS
            if check.room == room
        ]
        head = "| check | worst | looks for | because |\n|---|---|---|---|"
        parts.append(f"### {TITLES[room]}\n\n{head}\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def page() -> str:
    """Return the page with its tables as they should be."""
    before, _, rest = DOCTOR.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{checks()}\n{END}{after}"
