"""Every attack, as an ordinary person on a real server: nothing is achieved, and nothing has changed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import LiteralString

import pytest

from tests.attacks.attack import Attack, Control
from tests.attacks.catalogue import ELSEWHERE, ROWS
from tests.attacks.defences import DEFENCES
from tests.attacks.everything import ATTACKS
from tests.attacks.ground import Ground
from tests.attacks.installations import achieved, controlled, installation
from tests.attacks.opened import HOLDS, OPEN
from tests.fixtures.database import Cluster

FINGERPRINT: LiteralString = """
select md5(string_agg(line, ',' order by line))
from (
  select 'row ' || t::text as line from (
    select 'deal', to_jsonb(deal) from crm.deal union all
    select 'lead', to_jsonb(lead) from crm.lead union all
    select 'contact', to_jsonb(contact) from crm.contact union all
    select 'company', to_jsonb(company) from crm.company union all
    select 'ticket', to_jsonb(ticket) from crm.ticket union all
    select 'product', to_jsonb(product) from crm.product union all
    select 'activity', to_jsonb(activity) from crm.activity union all
    select 'invoice', to_jsonb(invoice) from crm.invoice union all
    select 'imported', to_jsonb(invoice) from crm_import.invoice union all
    select 'log', to_jsonb(bulk_log) from rls.bulk_log union all
    select 'person', to_jsonb(person) from crm.person union all
    select 'member', to_jsonb(department_member) from crm.department_member union all
    select 'reach', to_jsonb(reach) - 'team' from rls.reach union all
    select 'team', to_jsonb(team) - 'id' from rls.team union all
    select 'permission', to_jsonb(permission) from rls.permission union all
    select 'assignment', to_jsonb(assignment) - '{id,created_at,valid_from,valid_until}'::text[] from rls.assignment
  ) as t
  union all
  select 'relation ' || oid::regclass::text || coalesce(relacl::text, '') || relrowsecurity::text || relforcerowsecurity::text from pg_class
  where relnamespace in ('crm'::regnamespace, 'crm_import'::regnamespace, 'rls'::regnamespace, 'public'::regnamespace)
  union all
  select 'policy ' || policyname || tablename || coalesce(qual, '') || coalesce(with_check, '') from pg_policies
  union all
  select 'function ' || pg_get_functiondef(oid) || coalesce(proacl::text, '') from pg_proc where pronamespace = 'rls'::regnamespace
  union all
  select 'member ' || roleid::regrole::text || member::regrole::text from pg_auth_members
  union all
  select 'role ' || to_jsonb(r)::text from pg_roles r
) as everything
"""


@pytest.fixture(scope="module")
def attacked(cluster_of: Callable[[str], Cluster]) -> Iterator[Ground]:
    """Give Rowlock's installation; nothing has changed afterwards."""
    with installation(cluster_of("attacked")) as ground:
        before = ground.truth(FINGERPRINT)
        yield ground
        ground.leave()
        assert ground.truth(FINGERPRINT) == before


def _open(ground: Ground) -> dict[str, str]:
    return {name: each.reason for each in OPEN if ground.version in each.versions for name in each.attacks}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=lambda attack: attack.name)
def test_nothing_is_achieved(attacked: Ground, attack: Attack) -> None:
    """Save by what is open, which is listed with its reason; what no longer works must leave the list."""
    if not attack.applies(attacked):
        pytest.skip("not on this server")

    assert attack.run(attacked) is (attack.name in _open(attacked)), attack.what


@pytest.mark.parametrize("control", ["naive", "policies", "superuser"])
def test_every_attack_can_succeed(cluster_of: Callable[[str], Cluster], control: Control) -> None:
    """Where nothing defends, or for a superuser, each achieves what it is after."""
    with controlled(cluster_of("attacked"), control) as ground:
        tried = [attack for attack in ATTACKS.values() if attack.control == control]
        failed = {attack.name for attack in tried if attack.applies(ground)} - achieved(ground, tried)

        assert failed == set()


def test_every_other_attack_is_accounted_for() -> None:
    """It is open, or a defence stops it alone, or what it looks for is nowhere."""
    known = {name for each in OPEN for name in each.attacks}
    known |= {name for names in HOLDS.values() for name in names}
    known |= {name for defence in DEFENCES for name in defence.stops}

    assert {attack.name for attack in ATTACKS.values() if attack.control == "none"} <= known
    assert known <= set(ATTACKS)


def test_the_catalogue_is_covered() -> None:
    """Each row has an attack, or a reason to have none."""
    covered = {row for attack in ATTACKS.values() for row in attack.rows}

    assert covered | set(ELSEWHERE) == set(ROWS)
    assert not covered & set(ELSEWHERE)
