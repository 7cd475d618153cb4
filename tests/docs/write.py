"""``python -m tests.docs.write``: write reference.md, the checks of doctor.md; say which messages errors.md lacks."""

from __future__ import annotations

import sys

from tests.docs.commands import REFERENCE, reference
from tests.docs.doctor import DOCTOR, page
from tests.docs.errors import missing, row, stale


def main() -> int:
    """Write what can be written; return 1 where somebody has to write the rest."""
    REFERENCE.write_text(reference(), encoding="utf-8")
    DOCTOR.write_text(page(), encoding="utf-8")
    for message, source in sorted(missing().items(), key=lambda pair: pair[::-1]):
        sys.stderr.write(f"docs/errors.md lacks ({source}):\n{row(message, 'why', 'what to do')}\n")
    for message in sorted(stale()):
        sys.stderr.write(f"docs/errors.md has a message Rowlock does not raise: {message}\n")
    return 1 if missing() or stale() else 0


if __name__ == "__main__":
    sys.exit(main())
