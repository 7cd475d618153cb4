"""Choices are repeated exactly, and made simpler without losing what fails."""

from __future__ import annotations

from random import Random

from tests.fuzzing.draws import Draw, shrink


def drawn(draw: Draw) -> list[int]:
    """Draw a list of numbers, as long as chance says."""
    found = []
    while draw.chance(90):
        found.append(draw.below(1000))
    return found


def test_choices_are_repeated() -> None:
    """What was drawn once is drawn again from the choices made."""
    first = Draw(Random(7))
    wanted = drawn(first)

    assert wanted
    assert drawn(Draw(first.made)) == wanted


def test_the_simplest_choice_comes_after_the_last() -> None:
    """A shorter list of choices is a simpler case, never an error."""
    assert drawn(Draw([])) == []


def test_a_failure_is_made_small() -> None:
    """A long list that fails for one of its numbers shrinks to a list of one."""

    def fails(choices: list[int]) -> bool:
        return any(number > 100 for number in drawn(Draw(choices)))

    draws = (Draw(Random(seed)) for seed in range(100))
    failing = next(draw.made for draw in draws if len(drawn(draw)) > 10 and fails(draw.made))

    assert len(drawn(Draw(shrink(failing, fails)))) == 1
