"""What comes out of comparing one case."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Verdict:
    """Statements compared, refused for want of a right, rejected by another error; the script, and what is wrong."""

    script: list[str] = field(default_factory=list)
    kind: str = ""
    person: str = ""
    compared: int = 0
    refused: int = 0
    rejected: int = 0
    states: list[str] = field(default_factory=list)
    problem: str | None = None

    def wrong(self, problem: str) -> None:
        """Remember the first thing that is wrong."""
        self.problem = self.problem or problem

    def reject(self, state: str | None) -> None:
        """Count an error that has nothing to do with rights."""
        self.rejected += 1
        self.states.append(state or "?")
