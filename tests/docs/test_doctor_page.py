"""The page about doctor lists every check, as it is."""

from __future__ import annotations

from tests.docs.doctor import DOCTOR, page


def test_the_page_lists_every_check() -> None:
    """Otherwise run ``python -m tests.docs.write``."""
    assert DOCTOR.read_text(encoding="utf-8") == page()
