"""Time that a server's process has been on a processor, so that what else the machine does hardly counts (Linux)."""

from __future__ import annotations

from pathlib import Path


def seconds(process: int) -> float:
    """Return how long a process has been on a processor."""
    return int(Path(f"/proc/{process}/schedstat").read_text("utf-8").split()[0]) / 1e9
