"""Fixtures by topic; see tests/fixtures."""

from __future__ import annotations

pytest_plugins = [f"tests.fixtures.{topic}" for topic in ("server", "database", "decisions", "golden")]
