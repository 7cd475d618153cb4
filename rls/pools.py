"""Which slice of the people a pool's login may become.

A pool's login is a member of everybody it may become, and PostgreSQL reads that
list anew in each connection after a change of any membership.  So many people
are divided over several logins, by a hash of the person's own login that SQL
computes as well (``sql/functions/slice_of.sql``).

An application that has a pool for each login picks it by::

    pools[slice_of(person, len(pools)) - 1]
"""

from __future__ import annotations

import hashlib
import re

from rls.errors import RowlockError

LARGEST = 1000
"""How many slices there may be."""

WRITTEN = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")


def slice_of(person: str, slices: int) -> int:
    """Return the slice, 1 to *slices*, that the login *person* is in: SHA-256, its first four bytes, modulo."""
    return int.from_bytes(hashlib.sha256(person.encode()).digest()[:4], "big") % slices + 1


def parse(text: str) -> tuple[int, int]:
    """Return (slice, slices) of ``2/8``.

    :raises RowlockError: it is not written so, or there is no such slice.
    """
    match = WRITTEN.fullmatch(text.strip())
    part, slices = (int(number) for number in match.groups()) if match else (0, 0)
    if not 1 <= part <= slices <= LARGEST:
        raise RowlockError(f'slice "{text}": write one of 1/8 to 8/8, of at most {LARGEST}')
    return part, slices
