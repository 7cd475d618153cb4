"""The pages people read, and what is in them: headings, links, blocks of code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

FENCE = re.compile(r"^( *)```(\w*) *([^\n]*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")

HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of code: its language, the file it is, text, and the line it begins at."""

    language: str
    file: str
    text: str
    line: int


@dataclass(frozen=True)
class Page:
    """A page."""

    path: Path

    @property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """Everything but blocks of code and code in lines."""
        return re.sub(r"`[^`\n]*`", "", FENCE.sub("", self.text))

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks of code."""
        for found in FENCE.finditer(self.text):
            yield Block(found[2], found[3], found[4], self.text.count("\n", 0, found.start()) + 1)

    def section(self, heading: str) -> list[Block]:
        """Return the blocks of code below a heading, up to the next of its level."""
        lines = self.text.splitlines()
        start = lines.index(heading) + 1
        level = heading.partition(" ")[0] + " "
        end = next((number for number, line in enumerate(lines[start:], start) if line.startswith(level)), len(lines))
        return [block for block in self.blocks() if start < block.line <= end]

    def links(self) -> list[str]:
        """Return where links lead, those to the web excepted."""
        return [target for target in LINK.findall(self.prose) if "://" not in target]

    def anchors(self) -> set[str]:
        """Return the anchors of the headings, as forges derive them."""
        headings = HEADING.findall(FENCE.sub("", self.text))
        words = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in headings)
        return {re.sub(r"\s", "-", heading) for heading in words}


def pages() -> list[Page]:
    """Return README.md and everything under docs/."""
    return [Page(ROOT / "README.md"), *map(Page, sorted((ROOT / "docs").rglob("*.md")))]


def name(page: Page) -> str:
    """Return a page's path for people."""
    return str(page.path.relative_to(ROOT))
