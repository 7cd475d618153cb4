"""Fixtures by topic; see tests/fixtures."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = [f"tests.fixtures.{topic}" for topic in ("server", "database", "decisions", "golden")]

# How long an example takes depends on what else the machine does.
settings.register_profile("rowlock", deadline=None)
settings.load_profile("rowlock")
