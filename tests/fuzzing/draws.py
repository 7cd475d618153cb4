"""Random choices that can be repeated and made simpler: what shrinks a failure to a small script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import TypeVar

Value = TypeVar("Value")


class Draw:
    """Choices from a generator, or those of an earlier run; zero is the simplest, and what follows the last of them."""

    def __init__(self, source: Random | Sequence[int]) -> None:
        self._random = source if isinstance(source, Random) else None
        self._given = [] if isinstance(source, Random) else list(source)
        self.made: list[int] = []

    def below(self, limit: int) -> int:
        """Return a number from 0 to below the limit."""
        if self._random:
            number = self._random.randrange(limit)
        else:
            number = self._given[len(self.made)] % limit if len(self.made) < len(self._given) else 0
        self.made.append(number)
        return number

    def choice(self, options: Sequence[Value]) -> Value:
        """Return one of the options; the simplest stands first."""
        return options[self.below(len(options))]

    def chance(self, percent: int) -> bool:
        """Tell whether something that is so in so many per cent is so; the simplest is no."""
        return self.below(100) >= 100 - percent

    def some(self, options: Sequence[Value], most: int) -> list[Value]:
        """Return one or more different options."""
        left = list(options)
        return [left.pop(self.below(len(left))) for _ in range(min(len(left), 1 + self.below(most)))]


def simpler(choices: Sequence[int]) -> Iterator[list[int]]:
    """Yield choices with a stretch left out, then with one of them smaller."""
    size = len(choices) // 2
    while size:
        for start in range(0, len(choices) - size + 1, max(1, size // 2)):
            yield [*choices[:start], *choices[start + size :]]
        size //= 2
    for position, number in enumerate(choices):
        for less in sorted({0, number // 2, number - 1}):
            if less < number:
                yield [*choices[:position], less, *choices[position + 1 :]]


def shrink(choices: Sequence[int], fails: Callable[[list[int]], bool], tries: int = 600) -> list[int]:
    """Return the simplest choices found that still fail."""
    best, left = list(choices), tries
    found = True
    while found and left > 0:
        found = False
        for candidate in simpler(best):
            left -= 1
            if left <= 0:
                break
            if fails(candidate):
                best, found = candidate, True
                break
    return best
