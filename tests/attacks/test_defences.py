"""Switching off one defence lets through what nothing else stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.attacks.defences import DEFENCES
from tests.attacks.everything import ATTACKS
from tests.attacks.installations import achieved, behind, installation
from tests.attacks.switching import Defence
from tests.attacks.table import PAGE, page
from tests.fixtures.database import Cluster


@pytest.mark.parametrize("defence", DEFENCES, ids=lambda defence: defence.name)
def test_only_this_one_stops_it(cluster_of: Callable[[str], Cluster], defence: Defence) -> None:
    """Where others are in front of it, they are off, too, and do not let it through by themselves."""
    cluster = cluster_of("attacked")
    with cluster.server.connect() as connection:
        if connection.info.server_version // 10000 not in defence.versions:
            pytest.skip("not on this version")
    attacks = [ATTACKS[name] for name in defence.stops]
    with installation(cluster, behind(defence)) as ground:
        if defence.behind:
            assert achieved(ground, attacks) == set()
        ground.admin.execute(defence.off)
        wanted = {attack.name for attack in attacks if attack.applies(ground)}

        assert wanted
        assert achieved(ground, attacks) == wanted


def test_the_page_is_current() -> None:
    """`python -m tests.attacks.table --write` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page()
