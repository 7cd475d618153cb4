"""Login names and passwords: derived, checked, made."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Collection

from rls.definition.wording import shown
from rls.errors import RowlockError
from rls.names import MAX_BYTES

LETTERS = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "å": "a", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "ie", "ж": "zh", "з": "z",
    "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ў": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch",
    "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia",
}  # fmt: skip
"""Letters that Unicode does not take apart; Cyrillic as in passports (ICAO Doc 9303-3, section 6)."""

ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of passwords: letters and digits nobody mistakes for one another when read aloud or from paper."""

LENGTH = 20
"""Of passwords: 20 letters out of 56: 116 bits."""

RESERVED = frozenset({"public", "none", "current_user", "current_role", "session_user"})
"""Names PostgreSQL takes for something else where a role is expected."""

SHAPE = re.compile(r"[^\s\x00-\x1f\"'\\/;,:=<>(){}\[\]]+")
"""What a login may consist of: e-mail addresses are fine, white space and marks that need care are not."""


class NoLoginError(RowlockError):
    """No login can be made from a name."""


def plain(name: str) -> str:
    """Return *name* in small letters a to z, digits and ``_``: "Zoë O'Hara" → ``zoe_o_hara``."""
    letters = (LETTERS.get(letter, letter) for letter in unicodedata.normalize("NFC", name).lower())
    decomposed = unicodedata.normalize("NFKD", "".join(letters))
    marks_gone = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "_", marks_gone).strip("_")


def derive(name: str, taken: Collection[str]) -> str:
    """Return a login for a person called *name* that is not *taken*: darcel_schlecht, darcel_schlecht2.

    :raises NoLoginError: the name has no letter we can write in a to z.
    """
    base = plain(name)
    if not base:
        raise NoLoginError(f"no login can be made from the name {shown(name)}: give a login column")
    if base[0].isdigit():
        base = f"p_{base}"
    base = base[: MAX_BYTES - 4].rstrip("_")
    number = 1
    while (login := base if number == 1 else f"{base}{number}") in taken or fault(login):
        number += 1
    return login


def fault(login: str, prefix: str = "") -> str:
    """Return what is wrong with *login* as the name of a person's database role; empty when nothing is.

    *prefix* is the one of Rowlock's own database roles.
    """
    if login != login.lower():
        return f'login {shown(login)} has capitals: write "{login.lower()}"'
    if not SHAPE.fullmatch(login):
        return f"login {shown(login)} has white space, quotes or brackets: leave them out"
    if len(login.encode()) > MAX_BYTES:
        return f"login {shown(login)} has {len(login.encode())} bytes; PostgreSQL keeps {MAX_BYTES}: shorten it"
    if login in RESERVED or login.startswith("pg_"):
        return f'login "{login}" means something else to PostgreSQL: choose another'
    if prefix and login.startswith(prefix):
        return f'login "{login}" begins with "{prefix}", like Rowlock\'s own database roles: choose another'
    return ""


def new_password() -> str:
    """Return a random password."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
