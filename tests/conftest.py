"""Fixtures by topic; see tests/fixtures."""

from __future__ import annotations

pytest_plugins = ["tests.fixtures.server", "tests.fixtures.database", "tests.fixtures.decisions"]
